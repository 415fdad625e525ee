package dev.chaperone.guardrail.telemetry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pipe, a socket or a terminal to write lines to. Whoever reads there may stop reading, and then writing blocks for
 * as long as it likes: so a thread of its own writes, and is waited for no longer than a second. Until the line that it
 * is at is out, there are no others, and nobody waits.
 *
 * <p>A line of which a part may be out is finished before another begins. It counts as taken, even where {@link #write}
 * throws because it is not out yet; so what is written keeps its order and every line is whole.
 */
final class LineStream implements WritableByteChannel {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long FULL_PAUSE_MILLIS = 5;

    private final WritableByteChannel stream;
    private final Duration patience;
    private @Nullable ByteBuffer line;
    private @Nullable IOException failure;
    private boolean late;
    private boolean closed;

    private LineStream(WritableByteChannel stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
    }

    static LineStream over(WritableByteChannel stream) {
        return over(stream, PATIENCE);
    }

    /** @param patience how long a line may take */
    static LineStream over(WritableByteChannel stream, Duration patience) {
        LineStream lines = new LineStream(stream, patience);
        Thread.ofPlatform().daemon().name("audit-stream").start(lines::run);
        return lines;
    }

    /**
     * Writes everything or throws.
     *
     * @throws IOException when it is not out. Either nothing of it will be, or the buffer is used up and it will be
     *     the next to be out
     */
    @Override
    public synchronized int write(ByteBuffer bytes) throws IOException {
        if (line != null) {
            // What is tried again shows soon what comes of it; what is blocked has had its time.
            boolean blocked = late && failure == null;
            failure = null;
            await(blocked ? Duration.ZERO : patience);
            late = line != null;
            if (late) {
                throw new IOException("the stream has not taken the line before");
            }
        }
        int length = bytes.remaining();
        ByteBuffer own = ByteBuffer.allocate(length).put(bytes.duplicate()).flip();
        line = own;
        failure = null;
        await(patience);
        IOException failed = failure;
        if (line != null && failed != null && own.position() == 0) {
            line = null;
            throw failed;
        }
        bytes.position(bytes.limit());
        late = line != null;
        if (late) {
            throw failed != null ? failed : new IOException("the stream does not take the line");
        }
        return length;
    }

    /** Has the line written, and waits until it is, or cannot be, or the time is up. */
    private void await(Duration time) throws IOException {
        notifyAll();
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); line != null && failure == null && left > 0;) {
                wait(left);
                left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a line is written");
        }
    }

    private void run() {
        try {
            for (ByteBuffer next = next(); next != null; next = next()) {
                try {
                    writeOut(next);
                    ended(null);
                } catch (IOException e) {
                    ended(e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable ByteBuffer next() throws InterruptedException {
        while (!closed && (line == null || failure != null)) {
            wait();
        }
        return closed ? null : line;
    }

    private void writeOut(ByteBuffer bytes) throws IOException, InterruptedException {
        while (bytes.hasRemaining()) {
            if (stream.write(bytes) == 0) {
                // Someone who has the stream too made it one that does not block.
                Thread.sleep(FULL_PAUSE_MILLIS);
            }
        }
    }

    private synchronized void ended(@Nullable IOException failed) {
        if (failed == null) {
            line = null;
        }
        failure = failed;
        notifyAll();
    }

    @Override
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** Gives the last line its time, and closes. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (line != null) {
                failure = null;
                await(patience);
            }
            closed = true;
            notifyAll();
        }
        try {
            stream.close();
        } catch (ClosedChannelException e) {
            // As it should be.
        }
    }
}
