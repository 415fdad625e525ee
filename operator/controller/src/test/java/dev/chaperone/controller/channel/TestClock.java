package dev.chaperone.controller.channel;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when a test says so. */
final class TestClock {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    Clocks clocks() {
        return new Clocks(() -> START.plusNanos(nanos.get()), nanos::get);
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
