package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.PolicyId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Joins what was decided of policies with the agents that they reach. */
final class PolicyPlans {
    private PolicyPlans() {}

    static SortedMap<PolicyId, PolicyPlan> of(
            SortedMap<PolicyId, PolicyPlanner.Standing> standings, Collection<AgentPlan> agents) {
        Map<String, SortedSet<AgentId>> reached = new HashMap<>();
        agents.forEach(agent -> agent.policies().forEach(
                policy -> reached.computeIfAbsent(policy, _ -> new TreeSet<>()).add(agent.id())));
        SortedMap<PolicyId, PolicyPlan> plans = new TreeMap<>();
        standings.forEach((id, standing) -> plans.put(
                id, new PolicyPlan(
                        id, standing.facts().uid(), standing.facts().generation(), standing.accepted(),
                        standing.inForce(), standing.issues(),
                        reached.getOrDefault(id.toString(), new TreeSet<>()))));
        return plans;
    }
}
