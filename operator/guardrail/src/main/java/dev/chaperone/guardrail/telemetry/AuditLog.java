package dev.chaperone.guardrail.telemetry;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.state.StateFile;
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
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The audit trail: one JSON line for each decision and one for each outcome. Every line carries the boot that wrote it,
 * its number in that boot and the SHA-256 of the line before in that boot, so that a line removed, changed or moved
 * between others of its boot shows. When a method returns, its line has left the process and
 * survives its death.
 *
 * <p>With a spool, a line stands there first and then where lines go otherwise; the first line of a boot names the last
 * one of the boot before.
 */
public final class AuditLog implements Closeable {
    private static final Path STDOUT = Path.of("/dev/stdout");

    private final WritableByteChannel channel;
    private final AuditChain chain;
    private final @Nullable SpooledTrail spooled;
    private boolean torn;

    /** What a record is, to whom it matters that it is kept. */
    enum Kind {
        /** A call waits for it. When it cannot be kept, another one says that the call was refused. */
        DECISION,
        /** Something was refused already. */
        REFUSAL,
        /** Something has happened already. */
        OUTCOME
    }

    /** Writes what belongs to one kind of record. */
    interface Body {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Continues a file, or writes to any other channel. */
    public AuditLog(WritableByteChannel channel, Clock clock) {
        this.channel = channel;
        this.chain = new AuditChain(UUID.randomUUID().toString(), clock);
        this.spooled = null;
    }

    /**
     * Writes to a spool first.
     *
     * @param onlyAudits whether calls go on that cannot be recorded
     */
    AuditLog(WritableByteChannel channel, Clock clock, Spool spool, BooleanSupplier onlyAudits) {
        this.channel = channel;
        this.chain = new AuditChain(spool.boot(), clock);
        this.spooled = new SpooledTrail(spool, chain, channel, onlyAudits);
        spooled.begin();
    }

    /**
     * Continues the file, which is created when it is not there. {@code /dev/stdout} and whatever else is no regular
     * file is written to as it is.
     */
    public static AuditLog open(Path file, Clock clock) throws IOException {
        return new AuditLog(channel(file), clock);
    }

    /**
     * As {@link #open(Path, Clock)}, and to a spool first.
     *
     * @param onlyAudits whether calls go on that cannot be recorded
     */
    public static AuditLog open(Path file, Clock clock, Spool spool, BooleanSupplier onlyAudits) throws IOException {
        return new AuditLog(channel(file), clock, spool, onlyAudits);
    }

    private static WritableByteChannel channel(Path file) throws IOException {
        if (file.equals(STDOUT)) {
            // Not by its name: a socket cannot be opened, and a pipe may be another user's.
            return LineStream.over(new FileOutputStream(FileDescriptor.out).getChannel());
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return LineStream.over(FileChannel.open(file, StandardOpenOption.WRITE));
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
        return channel;
    }

    /** What its lines carry as their boot. */
    public String boot() {
        return chain.boot();
    }

    /** The number of the last line; -1 when there is none yet. */
    public long lastLine() {
        return chain.sequence() - 1;
    }

    /** Tells of records that were lost, as soon as there is room for that. */
    public synchronized void tellOfLosses() {
        if (spooled != null) {
            spooled.tellOfLosses();
        }
    }

    /** Appends a record. */
    synchronized void append(Kind kind, String event, Body body) throws IOException {
        if (spooled != null) {
            spooled.append(kind, event, body);
            return;
        }
        byte[] record = chain.line(event, body);
        ByteBuffer bytes = ended(record);
        try {
            endTornLine();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            torn |= bytes.position() > 0 && bytes.hasRemaining();
            // Only a line that stands there whole has a successor, be it without its end.
            if (bytes.remaining() <= 1) {
                chain.stands(record);
            }
        }
    }

    /** A line with its end. */
    static ByteBuffer ended(byte[] record) {
        byte[] line = Arrays.copyOf(record, record.length + 1);
        line[record.length] = '\n';
        return ByteBuffer.wrap(line);
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
