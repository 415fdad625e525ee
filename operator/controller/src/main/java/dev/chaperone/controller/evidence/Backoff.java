package dev.chaperone.controller.evidence;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Leaves somebody alone who does not answer well: twice as long each time, or for as long as they said. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration MOST = Duration.ofSeconds(15);
    /** Whoever says more than this is asked nevertheless: guardrails cannot keep their trails for ever. */
    static final Duration LONGEST = Duration.ofMinutes(2);

    private final LongSupplier nanoTime;
    private Duration pause = Duration.ZERO;
    private long until;

    Backoff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.until = nanoTime.getAsLong();
    }

    /** How long to leave them alone yet; zero when they may be asked. */
    synchronized Duration left() {
        return Duration.ofNanos(Math.max(0, until - nanoTime.getAsLong()));
    }

    /** They answered. */
    synchronized void succeeded() {
        pause = Duration.ZERO;
    }

    /** They did not. Those who were asked at the same time count once. */
    synchronized void failed() {
        if (left().isZero()) {
            pause = pause.isZero() ? FIRST : pause.multipliedBy(2).compareTo(MOST) < 0 ? pause.multipliedBy(2) : MOST;
            until = nanoTime.getAsLong() + pause.toNanos();
        }
    }

    /** They want to be left alone for so long. */
    synchronized void told(Duration wanted) {
        long nanos = (wanted.compareTo(LONGEST) < 0 ? wanted : LONGEST).toNanos();
        until = Math.max(until, nanoTime.getAsLong() + nanos);
    }
}
