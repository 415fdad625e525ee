package dev.chaperone.guardrail.spool;

import dev.chaperone.guardrail.state.StateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file with lines of one boot, one after the other. What stands behind its length is no part of it. */
final class Segment {
    private static final Pattern NAME = Pattern
            .compile("([0-9]{12})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.jsonl");
    private static final long NUMBERS = 1_000_000_000_000L;
    private static final long BLOCK = 4096;

    private final Path file;
    private final long number;
    private final String boot;
    private @Nullable FileChannel out;
    private boolean broken;
    private long length;
    private long first = -1;
    private long last = -1;

    private Segment(Path file, long number, String boot) {
        this.file = file;
        this.number = number;
        this.boot = boot;
    }

    /** The one that this file is; null when it is none. */
    static @Nullable Segment of(Path file) {
        Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
        return name.matches() ? new Segment(file, Long.parseLong(name.group(1)), name.group(2)) : null;
    }

    /** One that is not there until a line is in it. */
    static Segment next(Path directory, long number, String boot) {
        String digits = Long.toString(NUMBERS + number).substring(1);
        return new Segment(directory.resolve(digits + "-" + boot + ".jsonl"), number, boot);
    }

    /** What a file of this length takes of the disk, about. */
    static long onDisk(long length) {
        return (length + BLOCK - 1) / BLOCK * BLOCK;
    }

    long number() {
        return number;
    }

    String boot() {
        return boot;
    }

    long length() {
        return length;
    }

    /** The number of its first line; -1 when there is none. */
    long first() {
        return first;
    }

    /** The number of its last line; -1 when there is none. */
    long last() {
        return last;
    }

    /** Whether it takes no more lines. */
    boolean broken() {
        return broken;
    }

    /** Says what is in it. */
    void holds(long bytes, long firstLine, long lastLine) {
        length = bytes;
        first = firstLine;
        last = lastLine;
    }

    /** Appends a line with its end, or nothing. */
    void append(long sequence, byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        FileChannel channel = out;
        try {
            if (channel == null) {
                channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND), StateFile.ownerOnly(file));
                out = channel;
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            takeBack(channel);
            throw e;
        }
        length += line.length;
        first = first < 0 ? sequence : first;
        last = sequence;
    }

    // A full disk may have taken a part of it, which must not swallow the next.
    private void takeBack(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.truncate(length);
            }
        } catch (IOException e) {
            broken = true;
        }
    }

    /** The bytes from an offset on, no more than these. */
    byte[] read(long from, int bytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (into.hasRemaining() && in.read(into, from + into.position()) > 0) {
                // It goes on.
            }
        }
        if (into.hasRemaining()) {
            throw new IOException("a segment is shorter than it was");
        }
        return into.array();
    }

    byte[] readAll() throws IOException {
        return Files.readAllBytes(file);
    }

    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
    }

    /** Takes no more lines. What it has can still be read. */
    void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            // The lines are there: they had left the process before anybody went on.
        }
    }
}
