package dev.chaperone.controller.evidence;

import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the lines as they are to a stream that is theirs alone, and leaves it to the node to collect them. They count as
 * kept once they have left this process.
 */
public final class StandardOutputSink implements EvidenceSink {
    private static final Logger LOG = LoggerFactory.getLogger(StandardOutputSink.class);
    private static final long FULL_PAUSE_MILLIS = 5;

    private final WritableByteChannel stream;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean torn;
    private volatile boolean failing;

    /** @param patience how long lines wait for those before them */
    StandardOutputSink(WritableByteChannel stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
    }

    /** To the standard output of this process. Log lines and the JVM's words have to go elsewhere. */
    public static StandardOutputSink ofThisProcess() {
        return new StandardOutputSink(
                new FileOutputStream(FileDescriptor.out).getChannel(), Duration.ofSeconds(5));
    }

    @Override
    public void keep(PodFacts pod, List<byte[]> lines) throws IOException {
        var out = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            out.writeBytes(line);
            out.write('\n');
        }
        try {
            write(ByteBuffer.wrap(out.toByteArray()));
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                LOG.atWarn().addKeyValue("error", e.toString()).log("Standard output does not take audit trails");
            }
            throw e;
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        try {
            // Whoever reads there may stop reading.
            if (!lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("it has not taken the lines before");
            }
            try {
                endTornLine();
                writeOut(bytes);
            } finally {
                torn |= bytes.position() > 0 && bytes.hasRemaining();
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while lines are written");
        }
    }

    // Part of a line must not swallow the next.
    private void endTornLine() throws IOException, InterruptedException {
        if (torn) {
            writeOut(ByteBuffer.wrap(new byte[]{'\n'}));
            torn = false;
        }
    }

    private void writeOut(ByteBuffer bytes) throws IOException, InterruptedException {
        while (bytes.hasRemaining()) {
            if (stream.write(bytes) == 0) {
                // Someone who has the stream too made it one that does not block.
                Thread.sleep(FULL_PAUSE_MILLIS);
            }
        }
    }
}
