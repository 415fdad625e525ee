package dev.chaperone.guardrail.proxy;

import java.time.Duration;

/** Counts requests under way, so that a guardrail that stops lets them end. */
public final class Requests {
    private int underWay;
    private volatile boolean draining;

    synchronized void begin() {
        underWay++;
    }

    synchronized void end() {
        underWay--;
        notifyAll();
    }

    boolean draining() {
        return draining;
    }

    /** Takes no further request on any connection, and waits for those under way. */
    synchronized void drain(Duration patience) throws InterruptedException {
        draining = true;
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
