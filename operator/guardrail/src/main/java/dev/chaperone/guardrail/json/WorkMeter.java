package dev.chaperone.guardrail.json;

import dev.cel.common.CelErrorCode;
import dev.cel.common.exceptions.CelRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the work of one decision, in units of which one stands for a character looked at and {@link #ITEM} for an
 * element or member visited. Counted, not timed: the same call costs the same everywhere.
 *
 * <p>A meter is bound to a thread while rules run, because CEL hands functions their arguments and nothing else. Where
 * none is bound, nothing is counted.
 */
public final class WorkMeter {
    /** What visiting an element of an array or a member of an object costs. */
    public static final int ITEM = 25;
    /** What an error costs, or a member that is not there: mostly the same thing. */
    public static final int MISS = 100;

    private static final ThreadLocal<WorkMeter> BOUND = new ThreadLocal<>();

    private final long limit;
    private long spent;

    /** @param limit units that may be spent */
    public WorkMeter(long limit) {
        this.limit = limit;
    }

    /** Thrown at the first unit beyond the limit and at every one after it. */
    public static final class ExhaustedException extends CelRuntimeException {
        private static final long serialVersionUID = 1L;

        private static final class Cause extends RuntimeException {
            private static final long serialVersionUID = 1L;

            Cause() {
                super("work limit reached", null, false, false);
            }
        }

        private ExhaustedException() {
            super(new Cause(), CelErrorCode.ITERATION_BUDGET_EXCEEDED);
        }

        // Thrown in bulk once a limit is reached, and nobody reads where.
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** The meter of this thread; null when nothing is counted. */
    public static @Nullable WorkMeter bound() {
        return BOUND.get();
    }

    /** Makes a meter, or none, this thread's. */
    public static void bind(@Nullable WorkMeter meter) {
        if (meter == null) {
            BOUND.remove();
        } else {
            BOUND.set(meter);
        }
    }

    /**
     * Counts work on this thread's meter, before it is done.
     *
     * @throws ExhaustedException when that is beyond the limit
     */
    public static void charge(long units) {
        WorkMeter meter = BOUND.get();
        if (meter != null) {
            meter.spend(units);
        }
    }

    /**
     * Counts work.
     *
     * @throws ExhaustedException when that is beyond the limit
     */
    public void spend(long units) {
        spent += units;
        if (spent > limit) {
            throw new ExhaustedException();
        }
    }

    /** Whether more was asked for than the limit. */
    public boolean exhausted() {
        return spent > limit;
    }

    /** Units counted so far, the refused ones included. */
    public long spent() {
        return spent;
    }
}
