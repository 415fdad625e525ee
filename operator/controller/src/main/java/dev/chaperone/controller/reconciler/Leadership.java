package dev.chaperone.controller.reconciler;

import java.time.Instant;

/** Whether this replica leads. One that has lost the lead writes nothing more, whatever it was about to do. */
public final class Leadership {
    private volatile Instant since = Instant.MAX;
    private volatile boolean lost;

    public void begin(Instant now) {
        since = now;
    }

    /** When this replica began to lead, and so to ask the others what guardrails report. */
    public Instant since() {
        return since;
    }

    /** Whether this replica leads. */
    public boolean leads() {
        return !lost && !since.equals(Instant.MAX);
    }

    public void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }
}
