package dev.chaperone.policy.oversight;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.OversightLease;
import dev.chaperone.policy.AgentContext;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What oversight policies together say of one agent. The strictest wins, and no order, name or creation time matters.
 *
 * @param posture {@link EnforcementMode#AUDIT} when some policy says so and none says otherwise
 * @param requirements by name
 * @param policies the policies that select the agent
 */
public record AgentOversight(
        EnforcementMode posture, List<Requirement> requirements, SortedSet<OversightId> policies) {
    /** Nothing is required. */
    public static final AgentOversight NONE = new AgentOversight(
            EnforcementMode.ENFORCE, List.of(), Collections.emptySortedSet());

    public AgentOversight {
        requirements = List.copyOf(requirements);
        policies = Collections.unmodifiableSortedSet(new TreeSet<>(policies));
    }

    /** @param policies all of the cluster, selecting the agent or not */
    public static AgentOversight of(AgentContext agent, Collection<OversightInput> policies) {
        List<OversightInput> selected = policies.stream().filter(policy -> selects(policy, agent)).toList();
        if (selected.isEmpty()) {
            return NONE;
        }
        SortedSet<OversightId> ids = new TreeSet<>();
        RequirementMerge merge = new RequirementMerge();
        for (OversightInput policy : selected) {
            ids.add(policy.id());
            merge.add(policy);
        }
        return new AgentOversight(posture(selected), merge.requirements(), ids);
    }

    private static boolean selects(OversightInput policy, AgentContext agent) {
        String namespace = policy.id().namespace();
        boolean here = namespace == null || namespace.equals(agent.namespace());
        return here && agent.isSelectedBy(
                policy.spec() instanceof ClusterOversightPolicySpec cluster ? cluster.namespaceSelector() : null,
                policy.spec().agentSelector());
    }

    private static EnforcementMode posture(List<OversightInput> policies) {
        return policies.stream()
                .map(policy -> policy.spec() instanceof ClusterOversightPolicySpec cluster ? cluster.posture() : null)
                .filter(posture -> posture != null)
                .min(Enum::compareTo)
                .orElse(EnforcementMode.ENFORCE);
    }

    /** Whether its pods' egress is to be locked. */
    public boolean locksEgress() {
        return requirements.stream().anyMatch(requirement -> requirement.terms() instanceof Terms.EgressLock);
    }

    /** What narrows when, for the agent's config. */
    public List<OversightLease> leases() {
        return requirements.stream().map(Requirement::lease).toList();
    }
}
