package dev.chaperone.controller.oversight;

import dev.chaperone.api.AgentNames;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.EgressPlan;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.view.NetworkPolicyFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.policy.AgentContext;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says whether NetworkPolicies keep an agent's pods from reaching what they need not. */
final class EgressCheck {
    private EgressCheck() {}

    /**
     * @param wanted what the agent's NetworkPolicy should say; null when that is not known
     * @param there the NetworkPolicies of its namespace
     */
    static Observation check(
            AgentPlan agent, List<PodFacts> running, @Nullable NetworkPolicySpec wanted,
            Collection<NetworkPolicyFacts> there, Instant now) {
        if (wanted == null) {
            return lacks(State.UNKNOWN, "ServicesUnknown", "the Services of its tool servers are not read yet", now);
        }
        String name = EgressPolicies.name(agent.id());
        NetworkPolicyFacts own = there.stream().filter(policy -> policy.name().equals(name)).findFirst().orElse(null);
        if (own == null) {
            return lacks(State.LAPSED, "NotRestricted", "NetworkPolicy " + name + " is not there", now);
        }
        if (!own.restricts() || !own.podSelector().equals(wanted.getPodSelector())
                || !own.egress().equals(wanted.getEgress())) {
            return lacks(State.LAPSED, "Altered", "NetworkPolicy " + name + " is not as the operator wrote it", now);
        }
        String label = AgentNames.label(agent.id().name());
        List<String> unnamed = running.stream()
                .filter(pod -> !label.equals(pod.labels().get(GuardrailPod.AGENT_LABEL)))
                .map(PodFacts::name).toList();
        if (!unnamed.isEmpty()) {
            return new Observation(State.LAPSED, "NotSelected",
                    unnamed.size() + " of " + running.size() + " pods have no label " + GuardrailPod.AGENT_LABEL + "="
                            + label + ", by which NetworkPolicy " + name + " would select them; create them again"
                            + " by a controller or with a name",
                    now, unnamed, Set.of());
        }
        // What one NetworkPolicy allows no other one forbids.
        for (NetworkPolicyFacts other : there) {
            if (!other.equals(own) && !wanted.getEgress().containsAll(other.egress())
                    && running.stream().anyMatch(pod -> selects(other, pod))) {
                return lacks(State.LAPSED, "Widened", "NetworkPolicy " + other.name() + " allows the pods more", now);
            }
        }
        return new Observation(State.MET, "Restricted", message(name, agent.egress()), now, List.of(), Set.of());
    }

    private static boolean selects(NetworkPolicyFacts policy, PodFacts pod) {
        return new AgentContext(pod.namespace(), pod.name(), pod.labels(), Map.of())
                .isSelectedBy(null, policy.podSelector());
    }

    private static String message(String name, @Nullable EgressPlan plan) {
        List<String> parts = new ArrayList<>();
        parts.add("Restricted by NetworkPolicy " + name + "; whether the network enforces it is not proven");
        if (plan != null && !plan.publicHosts().isEmpty()) {
            parts.add("for " + String.join(", ", plan.publicHosts()) + " the port is open on every public address");
        }
        if (plan != null && !plan.notOpened().isEmpty()) {
            parts.add("not opened: " + String.join(", ", plan.notOpened()));
        }
        return String.join("; ", parts);
    }

    private static Observation lacks(State state, String reason, String message, Instant now) {
        return new Observation(state, reason, message, now, List.of(), Set.of());
    }
}
