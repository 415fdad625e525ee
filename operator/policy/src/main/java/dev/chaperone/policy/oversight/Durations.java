package dev.chaperone.policy.oversight;

import java.time.Duration;
import java.util.Locale;

/** Durations as people write them in Kubernetes: {@code 90s}, {@code 1h30m}. */
final class Durations {
    private Durations() {}

    /** @throws IllegalArgumentException when the text is none */
    static Duration parse(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (java.time.format.DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' is no duration", e);
        }
    }
}
