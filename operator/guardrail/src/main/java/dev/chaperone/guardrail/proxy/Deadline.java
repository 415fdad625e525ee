package dev.chaperone.guardrail.proxy;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deadline that is put off again and again: what is put off costs no timer, an alarm that rings too early is set anew.
 * Used on one event loop.
 */
final class Deadline {
    private final EventExecutor loop;
    private final Runnable missed;
    private boolean on;
    private long at;
    private long alarmAt;
    private @Nullable Future<?> alarm;

    /** @param missed what happens when the time is up */
    Deadline(EventExecutor loop, Runnable missed) {
        this.loop = loop;
        this.missed = missed;
    }

    /** Sets it, in place of what it was. */
    void in(Duration time) {
        on = true;
        at = System.nanoTime() + time.toNanos();
        if (alarm == null || at - alarmAt < 0) {
            setAlarm();
        }
    }

    /** There is none until it is set again. */
    void off() {
        on = false;
    }

    /** There will be none any more. */
    void end() {
        on = false;
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    private void setAlarm() {
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmAt = at;
        alarm = loop.schedule(this::ring, at - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void ring() {
        alarm = null;
        if (on && at - System.nanoTime() <= 0) {
            missed.run();
        } else if (on) {
            setAlarm();
        }
    }
}
