package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.fleet.TrailReport;
import dev.chaperone.controller.oversight.PodFinding.Keeps;
import dev.chaperone.controller.oversight.PodFinding.Lacks;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.policy.oversight.Terms;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Holds what is known of a pod against the terms of a requirement. */
final class PodCheck {
    /** A record that waits longer than this has not arrived, as far as coverage is concerned. */
    private static final Duration ON_ITS_WAY = Duration.ofMinutes(1);
    /** How long a pod that has just begun to run may be silent. */
    static final Duration BEGINNING = Duration.ofSeconds(30);

    private static final int PERCENT = 100;

    private PodCheck() {}

    /**
     * @param pod as Kubernetes knows it
     * @param running since when it is known to run
     * @param report what it said last; null when it was never heard
     */
    static PodFinding check(Terms terms, PodFacts pod, Instant running, @Nullable PodReport report, Instant now) {
        // Only admission binds a pod, and gives it a guardrail.
        if (pod.bound() == null) {
            return new Lacks(State.LAPSED, "NoGuardrail", "has no guardrail", null);
        }
        if (terms instanceof Terms.EgressLock) {
            return EgressLockCheck.check(pod.guard(), running, report == null ? null : report.egressLock());
        }
        if (report == null) {
            Instant late = running.plus(BEGINNING);
            return now.isBefore(late)
                    ? new Keeps()
                    : new Lacks(State.UNKNOWN, "NeverHeard", "was never heard", late);
        }
        return switch (terms) {
            case Terms.Heartbeat heartbeat -> heartbeat(heartbeat, report.lastSeen(), now);
            case Terms.AuditTrail trail -> trail(trail, report.trail(), now);
            case Terms.Coverage coverage -> coverage(coverage, report.trail());
            case Terms.Review _,Terms.Egress _,Terms.EgressLock _ ->
                throw new IllegalArgumentException("not of pods: " + terms);
        };
    }

    private static PodFinding heartbeat(Terms.Heartbeat terms, Instant lastSeen, Instant now) {
        Instant end = lastSeen.plus(terms.maxAge());
        return now.isAfter(end) ? new Lacks(State.LAPSED, "Silent", "is not heard", end) : new Keeps();
    }

    private static PodFinding trail(Terms.AuditTrail terms, @Nullable TrailReport trail, Instant now) {
        if (trail == null) {
            return new Lacks(State.LAPSED, "NotExported", "exports no audit trail", null);
        }
        if (trail.breaks() > 0) {
            return new Lacks(State.LAPSED, "Broken", "has an audit trail that does not follow itself", null);
        }
        if (trail.untold() > 0) {
            return new Lacks(State.LAPSED, "RecordsLost", "has lost records of its audit trail", null);
        }
        Duration late = trail.waiting().minus(terms.maxAge());
        return late.isPositive()
                ? new Lacks(State.LAPSED, "NotAcknowledged", "has records that nobody acknowledges", now.minus(late))
                : new Keeps();
    }

    private static PodFinding coverage(Terms.Coverage terms, @Nullable TrailReport trail) {
        if (trail == null) {
            return new Lacks(State.LAPSED, "NotExported", "exports no audit trail", null);
        }
        long written = trail.written() + 1;
        long overdue = trail.waiting().compareTo(ON_ITS_WAY) > 0 ? written - (trail.acknowledged() + 1) : 0;
        long arrived = Math.max(0, written - overdue);
        // Not in a division, which rounds.
        return arrived * PERCENT >= (written + trail.lost()) * terms.minPercent()
                ? new Keeps()
                : new Lacks(State.LAPSED, "TooFewRecords", "has sent too few of its records", null);
    }
}
