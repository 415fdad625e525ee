package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import java.time.Instant;
import java.util.List;

/**
 * What was seen of one requirement of an agent at one moment.
 *
 * @param since when that began, as far as it can be told
 * @param pods whose fault it is
 * @param narrowed whether some pod lacked for longer than the grace; without meaning where it is no pod's fault
 */
record Observation(State state, String reason, String message, Instant since, List<String> pods, boolean narrowed) {
    static Observation met(Instant now) {
        return new Observation(State.MET, "Met", "", now, List.of(), false);
    }

    static Observation notApplicable(Instant now) {
        return new Observation(State.NOT_APPLICABLE, "NoPods", "no pod of the agent is running", now, List.of(), false);
    }
}
