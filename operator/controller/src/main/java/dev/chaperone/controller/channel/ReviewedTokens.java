package dev.chaperone.controller.channel;

import dev.chaperone.config.Digests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens that the API server said yes to, by their digest, for a while. Never a no: the next one may be a yes. */
final class ReviewedTokens {
    private static final int MOST = 16_384;

    private final Duration lifetime;
    private final Clocks clocks;
    private final Map<String, Reviewed> reviewed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Reviewed> eldest) {
            return size() > MOST || !good(eldest.getValue());
        }
    };

    ReviewedTokens(Duration lifetime, Clocks clocks) {
        this.lifetime = lifetime;
        this.clocks = clocks;
    }

    static String digest(String token) {
        return Digests.of(token.getBytes(StandardCharsets.UTF_8));
    }

    synchronized @Nullable PodIdentity find(String digest) {
        Reviewed found = reviewed.get(digest);
        if (found == null) {
            return null;
        }
        if (!good(found)) {
            reviewed.remove(digest);
            return null;
        }
        return found.pod();
    }

    synchronized void keep(String digest, PodIdentity pod, Instant expiry) {
        // The newest go last, so that what is first has been kept longest.
        reviewed.remove(digest);
        reviewed.put(digest, new Reviewed(pod, clocks.nanoTime(), expiry));
    }

    private boolean good(Reviewed token) {
        return clocks.since(token.nanoTime()).compareTo(lifetime) < 0 && clocks.now().isBefore(token.expiry());
    }

    private record Reviewed(PodIdentity pod, long nanoTime, Instant expiry) {}
}
