package dev.chaperone.controller.planned;

import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.policy.PolicyId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** Of what there is something new to say. */
public record FleetChange(Set<AgentId> agents, Set<PolicyId> policies, Set<ServerId> servers,
        Set<OversightId> oversight) {
    static FleetChange between(FleetPlan before, FleetPlan now) {
        Set<AgentId> agents = changed(before.agents(), now.agents());
        agents.addAll(changed(before.exemptWorkloads(), now.exemptWorkloads()));
        if (!before.loading().equals(now.loading())) {
            agents.addAll(now.agents().keySet());
        }
        Set<PolicyId> policies = changed(before.policies(), now.policies());
        reaching(now.policies(), plan -> plan.agents(), agents, policies);
        Set<ServerId> servers = changed(before.servers(), now.servers());
        reaching(now.servers(), plan -> plan.agents(), agents, servers);
        Set<OversightId> oversight = changed(before.oversight(), now.oversight());
        reaching(now.oversight(), plan -> plan.agents(), agents, oversight);
        return new FleetChange(agents, policies, servers, oversight);
    }

    /** Everything. */
    static FleetChange all(FleetPlan plan) {
        return new FleetChange(plan.agents().keySet(), plan.policies().keySet(), plan.servers().keySet(),
                plan.oversight().keySet());
    }

    /** That it stands otherwise with the oversight of these agents. */
    static FleetChange overseen(FleetPlan plan, Set<AgentId> agents) {
        Set<OversightId> oversight = new HashSet<>();
        reaching(plan.oversight(), each -> each.agents(), agents, oversight);
        return new FleetChange(agents, Set.of(), Set.of(), oversight);
    }

    private static <K, V> Set<K> changed(Map<K, V> before, Map<K, V> now) {
        Set<K> changed = new HashSet<>(before.keySet());
        changed.addAll(now.keySet());
        changed.removeIf(key -> Objects.equals(before.get(key), now.get(key)));
        return changed;
    }

    private static <K, V> void reaching(
            Map<K, V> plans, Function<V, Collection<AgentId>> reach, Set<AgentId> agents, Set<K> into) {
        plans.forEach((key, plan) -> {
            if (reach.apply(plan).stream().anyMatch(agents::contains)) {
                into.add(key);
            }
        });
    }
}
