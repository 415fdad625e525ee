package dev.chaperone.controller.reconciler;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether this replica leads. One that has lost the lead writes nothing more, whatever it was about to do: neither when
 * it was told so, nor when its lease has ended and it was not told yet, because it stood still.
 */
public final class Leadership {
    /** How long the lead is this replica's after it asked for it. */
    public static final Duration LEASE = Duration.ofSeconds(15);

    private final Clock clock;
    private volatile Instant since = Instant.MAX;
    private volatile Instant leaseEnd = Instant.MAX;
    private volatile boolean lost;

    /** @param clock the one that the lease is written by */
    public Leadership(Clock clock) {
        this.clock = clock;
    }

    public void begin(Instant now) {
        since = now;
    }

    /** The lease was written; others may take the lead {@link #LEASE} after that was asked for. */
    public void renewed(Instant asked) {
        leaseEnd = asked.plus(LEASE);
    }

    /** When this replica began to lead, and so to ask the others what guardrails report. */
    public Instant since() {
        return since;
    }

    /** Whether this replica leads. */
    public boolean leads() {
        return !isLost() && !since.equals(Instant.MAX);
    }

    public void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost || !clock.instant().isBefore(leaseEnd);
    }
}
