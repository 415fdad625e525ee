package dev.chaperone.guardrail.config;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Longer and longer, up to a bound, and never the same for two guardrails. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int DOUBLINGS = 5;

    private int failures;

    void reset() {
        failures = 0;
    }

    /** How long to wait after one more failure. */
    Duration next() {
        long millis = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(failures, DOUBLINGS));
        failures++;
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
