package dev.chaperone.guardrail.proxy;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that are held back, over all connections. */
final class HeldBytes {
    private final long limit;
    private final AtomicLong held = new AtomicLong();

    HeldBytes(long limit) {
        this.limit = limit;
    }

    long total() {
        return held.get();
    }

    /** A share that is given back whole at the end. */
    Share share() {
        return new Share();
    }

    final class Share {
        private long mine;

        /** Whether this many bytes more may be held. */
        boolean take(long bytes) {
            if (held.addAndGet(bytes) > limit) {
                held.addAndGet(-bytes);
                return false;
            }
            mine += bytes;
            return true;
        }

        /** Another share of the same bytes. */
        Share another() {
            return share();
        }

        /** Gives a part back. */
        void giveBack(long bytes) {
            held.addAndGet(-bytes);
            mine -= bytes;
        }

        void giveBack() {
            held.addAndGet(-mine);
            mine = 0;
        }
    }
}
