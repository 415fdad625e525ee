package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.OversightFacts;
import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.policy.oversight.OversightInput;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Joins oversight policies with the agents that they select. */
final class OversightPlans {
    private OversightPlans() {}

    /** In one order, so that the same policies are always equal. */
    static List<OversightInput> inputs(Collection<OversightFacts> policies) {
        return policies.stream()
                .filter(policy -> policy.spec() != null)
                .map(policy -> new OversightInput(policy.id(), policy.spec()))
                .sorted(Comparator.comparing(OversightInput::id))
                .toList();
    }

    static SortedMap<OversightId, OversightPlan> of(
            Collection<OversightFacts> policies, Collection<AgentPlan> agents) {
        Map<OversightId, SortedSet<AgentId>> selected = new HashMap<>();
        agents.forEach(agent -> agent.oversight().policies().forEach(
                policy -> selected.computeIfAbsent(policy, _ -> new TreeSet<>()).add(agent.id())));
        SortedMap<OversightId, OversightPlan> plans = new TreeMap<>();
        policies.forEach(policy -> plans.put(
                policy.id(), new OversightPlan(
                        policy.id(), policy.uid(), policy.generation(),
                        selected.getOrDefault(policy.id(), new TreeSet<>()))));
        return plans;
    }
}
