package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.oversight.OversightId;
import java.util.SortedSet;

/**
 * Whom one oversight policy is about.
 *
 * @param generation the generation that this speaks of
 * @param agents the agents that it selects
 */
public record OversightPlan(OversightId id, String uid, long generation, SortedSet<AgentId> agents) {}
