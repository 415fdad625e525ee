package dev.chaperone.policy.oversight;

import dev.chaperone.config.OversightLease;
import dev.chaperone.config.OversightLease.Narrowing;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One thing that oversight policies require of an agent, as strict as the strictest of them.
 *
 * @param name names it among the agent's requirements
 * @param policies who requires it
 * @param terms what it asks for
 * @param grace how long it may be lacking before anything narrows
 * @param narrowings what narrows then
 * @param evicts whether pods whose fault it is are evicted then
 */
public record Requirement(
        String name,
        SortedSet<OversightId> policies,
        Terms terms,
        Duration grace,
        List<Narrowing> narrowings,
        boolean evicts) {
    public static final String HEARTBEAT = "monitoring.heartbeat";
    public static final String AUDIT_TRAIL = "monitoring.auditTrail";
    public static final String COVERAGE = "monitoring.coverage";
    public static final String REVIEW = "review";
    public static final String EGRESS = "egress";
    public static final String EGRESS_LOCK = "egress.lock";

    public Requirement {
        policies = Collections.unmodifiableSortedSet(new TreeSet<>(policies));
        narrowings = List.copyOf(narrowings);
    }

    /** As it stands in the agent's config. */
    OversightLease lease() {
        return new OversightLease(name, narrowings);
    }
}
