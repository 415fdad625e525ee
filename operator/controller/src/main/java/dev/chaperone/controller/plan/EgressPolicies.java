package dev.chaperone.controller.plan;

import dev.chaperone.api.AgentNames;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.config.Digests;
import dev.chaperone.controller.fleet.AgentId;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpecBuilder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The NetworkPolicy of each agent of which egress is required. */
public final class EgressPolicies {
    private static final String PREFIX = "chaperone-egress-";
    private static final int MAX_NAME = 253;

    private final EgressSettings settings;

    public EgressPolicies(EgressSettings settings) {
        this.settings = settings;
    }

    /** Its name, which is no other agent's in the namespace. */
    public static String name(AgentId agent) {
        String name = PREFIX + agent.name();
        if (name.length() <= MAX_NAME) {
            return name;
        }
        String digest = Digests.of(agent.name().getBytes(StandardCharsets.UTF_8));
        return PREFIX + digest.substring(digest.indexOf(':') + 1);
    }

    /** The agent whose policy has this name, unless the name holds a digest; null when it is no agent's. */
    public static @Nullable String agent(String name) {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
    }

    /**
     * What it says: that the agent's pods, known by the label that admission puts on them and nobody changes, reach what
     * is planned and nothing else. Null when nobody requires that, or while it is not known what to plan.
     */
    public @Nullable NetworkPolicySpec spec(AgentPlan agent) {
        EgressPlan plan = agent.egress();
        if (plan == null || !plan.known()) {
            return null;
        }
        Set<NetworkPolicyEgressRule> rules = new LinkedHashSet<>(settings.rules());
        rules.addAll(plan.rules());
        return new NetworkPolicySpecBuilder()
                .withNewPodSelector()
                .addToMatchLabels(GuardrailPod.AGENT_LABEL, AgentNames.label(agent.id().name()))
                .endPodSelector()
                .withPolicyTypes("Egress")
                .withEgress(List.copyOf(rules))
                .build();
    }
}
