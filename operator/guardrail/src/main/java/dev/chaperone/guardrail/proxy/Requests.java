package dev.chaperone.guardrail.proxy;

import java.time.Duration;

/** Counts requests under way, so that a guardrail that stops lets them end. */
public final class Requests {
    private int underWay;
    private volatile boolean draining;

    /** One request that is waited for. */
    final class UnderWay {
        private boolean over;

        /** It is over, or will not end by itself; further times say nothing. */
        void end() {
            if (!over) {
                over = true;
                one(-1);
            }
        }
    }

    UnderWay begin() {
        one(1);
        return new UnderWay();
    }

    private synchronized void one(int more) {
        underWay += more;
        notifyAll();
    }

    boolean draining() {
        return draining;
    }

    /** From now on no connection takes a further request. */
    void takeNoMore() {
        draining = true;
    }

    /** Waits for those under way. */
    synchronized void drain(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (underWay > 0) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }
}
