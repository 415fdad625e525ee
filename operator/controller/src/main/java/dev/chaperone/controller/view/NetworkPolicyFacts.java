package dev.chaperone.controller.view;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import java.util.List;
import java.util.Objects;

/**
 * What is kept of a NetworkPolicy.
 *
 * @param podSelector the pods that it counts for
 * @param restricts whether these reach nothing but what some NetworkPolicy allows
 * @param egress what it allows them to reach
 */
public record NetworkPolicyFacts(String namespace, String name, LabelSelector podSelector, boolean restricts,
        List<NetworkPolicyEgressRule> egress) {
    private static final String EGRESS = "Egress";

    public NetworkPolicyFacts {
        egress = List.copyOf(egress);
    }

    static NetworkPolicyFacts of(NetworkPolicy policy) {
        var spec = policy.getSpec();
        return new NetworkPolicyFacts(
                policy.getMetadata().getNamespace(), policy.getMetadata().getName(),
                Objects.requireNonNullElseGet(spec.getPodSelector(), LabelSelector::new),
                Objects.requireNonNullElse(spec.getPolicyTypes(), List.of()).contains(EGRESS),
                Objects.requireNonNullElse(spec.getEgress(), List.of()));
    }
}
