package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.policy.oversight.Terms;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What was seen of one requirement of an agent at one moment.
 *
 * @param since when that began, as far as it can be told
 * @param pods whose fault it is
 * @param overdue UIDs of those that lacked for longer than the grace
 */
record Observation(State state, String reason, String message, Instant since, List<String> pods, Set<String> overdue) {
    /** @param terms what all pods keep */
    static Observation met(Terms terms, Instant now) {
        return terms instanceof Terms.EgressLock
                ? new Observation(
                        State.MET, "Locked",
                        "Locked to the guardrail in the network of each pod, proven from within it",
                        now, List.of(), Set.of())
                : new Observation(State.MET, "Met", "", now, List.of(), Set.of());
    }

    /** The same, but it began then. */
    Observation since(Instant begin) {
        return new Observation(state, reason, message, begin, pods, overdue);
    }

    static Observation notApplicable(Instant now) {
        return new Observation(State.NOT_APPLICABLE, "NoPods", "no pod of the agent is running", now, List.of(),
                Set.of());
    }
}
