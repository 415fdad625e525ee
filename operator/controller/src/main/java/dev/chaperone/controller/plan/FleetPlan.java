package dev.chaperone.controller.plan;

import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.policy.PolicyId;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Everything as it should be.
 *
 * @param agents the agents of governed namespaces
 * @param policies every policy
 * @param servers every tool server
 * @param oversight every oversight policy
 * @param accepted the specs in force, by the UID of their policy; the next plan needs them
 * @param loading governed namespaces of which too little is known yet: what is there is to be left alone
 * @param exemptions whose pods are not governed
 * @param exemptPods how many such pods there are, of each ServiceAccount that has some
 * @param exemptWorkloads the workloads whose new pods are not governed, as the agents that they are or would be
 * @param agentOfPod which agent each pod is, by the pod's UID
 */
public record FleetPlan(
        SortedMap<AgentId, AgentPlan> agents,
        SortedMap<PolicyId, PolicyPlan> policies,
        SortedMap<ServerId, ServerPlan> servers,
        SortedMap<OversightId, OversightPlan> oversight,
        Map<String, AcceptedSpec> accepted,
        Set<String> loading,
        Exemptions exemptions,
        SortedMap<AccountId, Integer> exemptPods,
        SortedMap<AgentId, AccountId> exemptWorkloads,
        Map<String, AgentId> agentOfPod) {
    /** Nothing. */
    public static final FleetPlan EMPTY = new FleetPlan(
            Collections.emptySortedMap(), Collections.emptySortedMap(), Collections.emptySortedMap(),
            Collections.emptySortedMap(), Map.of(),
            Set.of(), Exemptions.NONE, Collections.emptySortedMap(), Collections.emptySortedMap(),
            Map.of());

    static FleetPlan of(
            SortedMap<AgentId, AgentPlan> agents,
            SortedMap<PolicyId, PolicyPlan> policies,
            SortedMap<ServerId, ServerPlan> servers,
            SortedMap<OversightId, OversightPlan> oversight,
            Map<String, AcceptedSpec> accepted,
            Set<String> loading,
            Exemptions exemptions,
            SortedMap<AccountId, Integer> exemptPods,
            SortedMap<AgentId, AccountId> exemptWorkloads) {
        Map<String, AgentId> agentOfPod = new HashMap<>();
        agents.values().forEach(agent -> agent.pods().forEach(pod -> agentOfPod.put(pod.uid(), agent.id())));
        return new FleetPlan(
                Collections.unmodifiableSortedMap(agents), Collections.unmodifiableSortedMap(policies),
                Collections.unmodifiableSortedMap(servers), Collections.unmodifiableSortedMap(oversight),
                Map.copyOf(accepted), Set.copyOf(loading), exemptions, exemptPods, exemptWorkloads,
                Collections.unmodifiableMap(agentOfPod));
    }
}
