package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.controller.oversight.PodFinding.Keeps;
import dev.chaperone.controller.oversight.PodFinding.Lacks;
import dev.chaperone.controller.view.guard.Breach;
import dev.chaperone.controller.view.guard.GuardFacts;
import dev.chaperone.controller.view.guard.LockFacts;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says whether a pod's egress is locked: by what the kubelet says of the lock, and by what the lock found out itself. */
final class EgressLockCheck {
    /** The kubelet tells times in whole seconds. */
    private static final Duration PRECISION = Duration.ofSeconds(1);
    private static final int LONGEST = 500;

    private EgressLockCheck() {}

    /**
     * Other than with what guardrails do all the time, nothing is taken for kept before it is known.
     *
     * @param running since when the pod is known to run
     * @param said what its guardrail says; null when it says nothing
     */
    static PodFinding check(GuardFacts guard, Instant running, @Nullable EgressLockReport said) {
        // The lock is set before the agent starts, and heard of a moment after.
        Instant late = running.plus(PodCheck.BEGINNING);
        LockFacts lock = guard.lock();
        if (lock.state() == LockFacts.State.NONE) {
            return new Lacks(State.LAPSED, "NotLocked",
                    "was made before its lock was asked for, or without it; create it again", null);
        }
        Breach altered = guard.breaches().stream().filter(Breach::isOfLock).findFirst().orElse(null);
        if (altered != null) {
            return new Lacks(State.LAPSED, "Altered", "has a lock that does not hold: " + altered.text(), null);
        }
        if (lock.state() == LockFacts.State.NOT_SET) {
            return new Lacks(State.UNKNOWN, "NotSet", "has not set its lock yet", late);
        }
        if (said == null) {
            return new Lacks(State.UNKNOWN, "NotProven", "is locked, but its guardrail brings no proof of it", late);
        }
        if (!said.proven()) {
            return new Lacks(State.UNKNOWN, "NotProven", "is locked, but that is not proven: "
                    + RequirementStanding.bounded(said.detail(), LONGEST),
                    null);
        }
        if (!isWithin(lock, said.at())) {
            return new Lacks(State.UNKNOWN, "NotProven", "brings the proof of an earlier start of its sandbox", late);
        }
        return new Keeps();
    }

    private static boolean isWithin(LockFacts lock, Instant proven) {
        Instant started = lock.started();
        Instant finished = lock.finished();
        return started != null && finished != null && !proven.isBefore(started.minus(PRECISION))
                && !proven.isAfter(finished.plus(PRECISION));
    }
}
