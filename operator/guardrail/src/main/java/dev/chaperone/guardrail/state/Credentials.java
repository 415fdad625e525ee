package dev.chaperone.guardrail.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bearer tokens for tool servers, a file per server in one directory. A file that changes is read again within a
 * second, so tokens rotate without a restart.
 */
public final class Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);
    private static final long MAX_AGE_NANOS = 1_000_000_000L;

    private record Entry(@Nullable String token, long readAt) {}

    private final @Nullable Path directory;
    private volatile ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();

    /** @param directory null when no server gets a credential */
    public Credentials(@Nullable Path directory) {
        this.directory = directory;
    }

    /** The token for a server; null when there is none. */
    public @Nullable String tokenFor(String server) {
        if (directory == null) {
            return null;
        }
        ConcurrentMap<String, Entry> known = entries;
        Entry entry = known.get(server);
        long now = System.nanoTime();
        if (entry == null || now - entry.readAt() > MAX_AGE_NANOS) {
            entry = new Entry(read(directory.resolve(server)), now);
            known.put(server, entry);
        }
        return entry.token();
    }

    /** The files have changed: none is believed any longer. */
    public void forget() {
        // Another map, so that whoever is reading a file just now leaves nothing behind.
        entries = new ConcurrentHashMap<>();
    }

    private static @Nullable String read(Path file) {
        try {
            String token = Files.readString(file).strip();
            // Anything else could end the header line.
            if (token.isEmpty() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                LOG.atWarn().addKeyValue("file", file).log("Not a bearer token: one word of ASCII on one line");
                return null;
            }
            return token;
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("No credential for this tool server");
            return null;
        }
    }
}
