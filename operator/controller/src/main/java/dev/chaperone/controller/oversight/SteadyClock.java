package dev.chaperone.controller.oversight;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of day when this process began and, from then on, what has really passed: whoever sets the wall clock back or
 * forward prolongs and ends nothing.
 */
public final class SteadyClock implements InstantSource {
    private final InstantSource wall;
    private final LongSupplier nanos;
    private final Instant begun;
    private final long origin;

    /** By the machine's clocks. */
    public static SteadyClock of(InstantSource wall) {
        return new SteadyClock(wall, System::nanoTime);
    }

    /** @param nanos monotonic */
    SteadyClock(InstantSource wall, LongSupplier nanos) {
        this.wall = wall;
        this.nanos = nanos;
        this.begun = wall.instant();
        this.origin = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return begun.plusNanos(nanos.getAsLong() - origin);
    }

    /** By how much the wall clock is ahead of this one; negative where it is behind. */
    Duration wallAhead() {
        return Duration.between(instant(), wall.instant());
    }
}
