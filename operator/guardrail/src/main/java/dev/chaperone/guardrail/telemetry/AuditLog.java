package dev.chaperone.guardrail.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chaperone.config.Digests;
import dev.chaperone.guardrail.state.StateFile;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;

/**
 * The audit trail: one JSON line for each decision and one for each outcome. Every line carries the boot that wrote it,
 * its number in that boot and the SHA-256 of the line before in that boot, so that a line removed, changed or moved
 * between others of its boot shows. When a method returns, its line has left the process and
 * survives its death.
 */
public final class AuditLog implements Closeable {
    /** What the first line of a boot has in place of a digest. */
    public static final String FIRST = "sha256:" + "0".repeat(64);

    private static final Path STDOUT = Path.of("/dev/stdout");
    private static final JsonFactory FACTORY = new JsonFactory();

    private final WritableByteChannel channel;
    private final Clock clock;
    private final String boot = UUID.randomUUID().toString();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private boolean torn;
    private volatile long sequence;
    private String previous = FIRST;

    /** Writes what belongs to one kind of record. */
    interface Body {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Continues a file, or writes to any other channel. */
    public AuditLog(WritableByteChannel channel, Clock clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Continues the file, which is created when it is not there. {@code /dev/stdout} and whatever else is no regular
     * file is written to as it is.
     */
    public static AuditLog open(Path file, Clock clock) throws IOException {
        if (file.equals(STDOUT)) {
            // Not by its name: a socket cannot be opened, and a pipe may be another user's.
            return new AuditLog(LineStream.over(new FileOutputStream(FileDescriptor.out).getChannel()), clock);
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new AuditLog(LineStream.over(FileChannel.open(file, StandardOpenOption.WRITE)), clock);
        }
        // A line that the last boot could not finish must not swallow the first of this one.
        boolean cutShort = false;
        try (FileChannel end = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                StateFile.ownerOnly(file))) {
            ByteBuffer last = ByteBuffer.allocate(1);
            cutShort = end.size() > 0 && end.read(last, end.size() - 1) == 1 && last.get(0) != '\n';
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        if (cutShort) {
            channel.write(ByteBuffer.wrap(new byte[]{'\n'}));
        }
        return new AuditLog(channel, clock);
    }

    /** What its lines carry as their boot. */
    public String boot() {
        return boot;
    }

    /** The number of the last line; -1 when there is none yet. */
    public long lastLine() {
        return sequence - 1;
    }

    /** Appends a record. */
    synchronized void append(String event, Body body) throws IOException {
        line.reset();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("boot", boot);
            json.writeNumberField("seq", sequence);
            json.writeStringField("prev", previous);
            json.writeStringField("time", clock.instant().toString());
            json.writeStringField("event", event);
            body.writeTo(json);
            json.writeEndObject();
        }
        byte[] record = line.toByteArray();
        line.write('\n');
        ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
        try {
            endTornLine();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            torn |= bytes.position() > 0 && bytes.hasRemaining();
            // Only a line that stands there whole has a successor, be it without its end.
            if (bytes.remaining() <= 1) {
                sequence++;
                previous = Digests.of(record);
            }
        }
    }

    // A full disk may have taken a part of a line, which must not swallow the next.
    private void endTornLine() throws IOException {
        ByteBuffer end = ByteBuffer.wrap(new byte[]{'\n'});
        while (torn && end.hasRemaining()) {
            channel.write(end);
        }
        torn = false;
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
