package dev.chaperone.controller.view;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns bursts of signals into one run: once it is quiet, and in a burst without an end after a while at most. */
public final class Coalescer {
    private final ScheduledExecutorService executor;
    private final long quiet;
    private final long atMost;
    private final Runnable action;
    // System.nanoTime() of the first and the last signal that nothing ran for yet.
    private @Nullable Long first;
    private long last;

    public Coalescer(ScheduledExecutorService executor, Duration quiet, Duration atMost, Runnable action) {
        this.executor = executor;
        this.quiet = quiet.toNanos();
        this.atMost = atMost.toNanos();
        this.action = action;
    }

    public synchronized void signal() {
        last = System.nanoTime();
        if (first == null) {
            first = last;
            executor.schedule(this::look, quiet, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        long wait = due();
        if (wait > 0) {
            executor.schedule(this::look, wait, TimeUnit.NANOSECONDS);
        } else {
            action.run();
        }
    }

    private synchronized long due() {
        long begun = first == null ? last : first;
        long wait = Math.min(last + quiet, begun + atMost) - System.nanoTime();
        if (wait <= 0) {
            first = null;
        }
        return wait;
    }
}
