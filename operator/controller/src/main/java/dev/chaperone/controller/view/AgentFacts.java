package dev.chaperone.controller.view;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.controller.fleet.AgentId;
import java.util.List;

/**
 * What is kept of an Agent: how its oversight stood when that was last written, which no replica may forget.
 *
 * @param oversight by requirement
 */
public record AgentFacts(AgentId id, List<OversightRequirement> oversight) {
    public AgentFacts {
        oversight = List.copyOf(oversight);
    }
}
