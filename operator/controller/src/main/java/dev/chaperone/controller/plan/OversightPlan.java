package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.oversight.OversightId;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Whom one oversight policy is about.
 *
 * @param generation the generation that this speaks of
 * @param agents the agents that it selects
 * @param exempt whom it exempts; null for a policy that does not speak of it
 */
public record OversightPlan(
        OversightId id, String uid, long generation, SortedSet<AgentId> agents, @Nullable ExemptPlan exempt) {}
