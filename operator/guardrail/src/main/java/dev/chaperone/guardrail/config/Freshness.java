package dev.chaperone.guardrail.config;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether the config that decides can still be relied on to be the one that should. A process that was stopped (SIGSTOP,
 * a frozen container, a node without a free core) wakes with a config that may have been replaced long ago, so it
 * decides nothing until whoever delivers configs has been asked again, or has had its chance to answer.
 *
 * <p>A pulse says that the process runs. Between two pulses there is a quarter of a second; when more than two seconds
 * have passed, the process stood still. That is told by the monotonic clock, which goes on meanwhile, and by the call
 * itself: the first one after a stop finds that the last pulse is too old, whoever runs first. What counts is when the
 * question was asked: an answer that lay in the socket during the stop renews nothing. A delivery that is down renews
 * it by failing, because the last good config may decide without it.
 */
public final class Freshness {
    /** How often {@link #pulse} is to be called. */
    public static final Duration PERIOD = Duration.ofMillis(250);

    /** For sources that cannot be asked. */
    public static final Freshness ALWAYS = new Freshness(() -> 0, Long.MAX_VALUE);

    private static final Duration PAUSE = Duration.ofSeconds(2);
    // Longer than an attempt takes that is not held up by a resolver of names, which has no bound of its own.
    private static final Duration CHANCE = Duration.ofSeconds(20);

    private final LongSupplier clock;
    private final long pause;
    private final long origin;
    private long lastPulse;
    private long staleSince;
    private boolean stale;
    private int stops;

    // Nanoseconds since the origin; the only thing a call looks at.
    private volatile long freshUntil;

    private Freshness(LongSupplier clock, long pause) {
        this.clock = clock;
        this.pause = pause;
        this.origin = clock.getAsLong();
        this.stale = pause != Long.MAX_VALUE;
        this.freshUntil = stale ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** Not fresh until the first attempt has ended: what lies on the disk may be as old as a stop is long. */
    static Freshness ofAttempts() {
        return ofAttempts(System::nanoTime);
    }

    /** @param clock monotonic, in nanoseconds */
    static Freshness ofAttempts(LongSupplier clock) {
        return new Freshness(clock, PAUSE.toNanos());
    }

    /** Whether calls may be decided now. */
    public boolean holds() {
        return freshUntil == Long.MAX_VALUE || now() < freshUntil;
    }

    /** Whether there is anything to call {@link #pulse} for. */
    public boolean needsPulse() {
        return pause != Long.MAX_VALUE;
    }

    /** The process runs. */
    public synchronized void pulse() {
        observe();
        if (stale && now() - staleSince > CHANCE.toNanos()) {
            // Whoever should have answered had its chance.
            renew();
        }
    }

    /** An attempt to learn what should decide begins; says which one, for {@link #ended}. */
    synchronized int began() {
        observe();
        return stops;
    }

    /** An attempt has ended, with an answer or without. It counts unless the process stood still meanwhile. */
    synchronized void ended(int attempt) {
        observe();
        if (attempt == stops) {
            renew();
        }
    }

    /** Whether the process has stood still since this attempt began, so that its answer is of no use. */
    synchronized boolean isOutdated(int attempt) {
        observe();
        return attempt != stops;
    }

    private void observe() {
        long now = now();
        if (now - lastPulse > pause) {
            stops++;
            staleSince = now;
            stale = true;
        }
        lastPulse = now;
        if (!stale) {
            freshUntil = now + pause;
        }
    }

    private void renew() {
        stale = false;
        freshUntil = lastPulse + pause;
    }

    private long now() {
        return clock.getAsLong() - origin;
    }
}
