package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.OversightFacts;
import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.policy.oversight.OversightInput;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
            Collection<OversightFacts> policies, Collection<AgentPlan> agents, Exemptions exemptions,
            SortedMap<AccountId, Integer> exemptPods) {
        Map<OversightId, SortedSet<AgentId>> selected = new HashMap<>();
        agents.forEach(agent -> agent.oversight().policies().forEach(
                policy -> selected.computeIfAbsent(policy, _ -> new TreeSet<>()).add(agent.id())));
        SortedMap<OversightId, OversightPlan> plans = new TreeMap<>();
        policies.forEach(policy -> plans.put(
                policy.id(), new OversightPlan(
                        policy.id(), policy.uid(), policy.generation(),
                        selected.getOrDefault(policy.id(), new TreeSet<>()),
                        exempt(exemptions.asked().get(policy.id()), exemptions, exemptPods))));
        return plans;
    }

    private static @Nullable ExemptPlan exempt(
            @Nullable SortedSet<AccountId> asked, Exemptions exemptions, SortedMap<AccountId, Integer> exemptPods) {
        if (asked == null) {
            return null;
        }
        SortedMap<AccountId, Integer> pods = new TreeMap<>(exemptPods);
        pods.keySet().retainAll(asked);
        int withheld = (int) asked.stream().filter(account -> !exemptions.accounts().contains(account)).count();
        return new ExemptPlan(asked.size(), withheld, Collections.unmodifiableSortedMap(pods));
    }
}
