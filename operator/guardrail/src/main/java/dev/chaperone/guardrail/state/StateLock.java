package dev.chaperone.guardrail.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a state directory to one guardrail: two would break the chain of the audit trail and share a session. */
public final class StateLock implements Closeable {
    // A guardrail that was killed may take a moment to be gone when its successor is there already.
    private static final int ATTEMPTS = 30;
    private static final long PAUSE_MILLIS = 100;

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws IOException when another guardrail holds the directory and goes on holding it */
    public static StateLock take(Path stateDirectory) throws IOException {
        FileChannel channel = FileChannel.open(
                stateDirectory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                if (channel.tryLock() != null) {
                    return new StateLock(channel);
                }
                Thread.sleep(PAUSE_MILLIS);
            } catch (OverlappingFileLockException e) {
                // This very process holds it and will not let go while it waits for itself.
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        channel.close();
        throw new IOException("another guardrail uses the state directory " + stateDirectory);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
