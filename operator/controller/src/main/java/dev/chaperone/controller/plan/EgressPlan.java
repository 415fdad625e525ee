package dev.chaperone.controller.plan;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import java.util.List;

/**
 * What an agent's pods may reach, besides what every agent's may.
 *
 * @param known false while something that it depends on has not been read
 * @param rules in the words of a NetworkPolicy
 * @param publicHosts hosts with their ports that these rules open on every public address, for want of names
 * @param notOpened what is asked for and cannot be opened, and why
 */
public record EgressPlan(
        boolean known, List<NetworkPolicyEgressRule> rules, List<String> publicHosts, List<String> notOpened) {
    static final EgressPlan UNKNOWN = new EgressPlan(false, List.of(), List.of(), List.of());

    public EgressPlan {
        rules = List.copyOf(rules);
        publicHosts = List.copyOf(publicHosts);
        notOpened = List.copyOf(notOpened);
    }
}
