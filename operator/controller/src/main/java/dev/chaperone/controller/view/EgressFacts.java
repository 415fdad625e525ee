package dev.chaperone.controller.view;

import java.util.List;
import java.util.Set;

/**
 * What NetworkPolicies are made from, and those that are there.
 *
 * @param services Services of the namespaces that tool servers' URLs name; none while nobody requires egress
 * @param loading those of these namespaces that are not read yet
 * @param policies NetworkPolicies of governed namespaces
 */
public record EgressFacts(List<ServiceFacts> services, Set<String> loading, List<NetworkPolicyFacts> policies) {
    /** Nothing. */
    public static final EgressFacts NONE = new EgressFacts(List.of(), Set.of(), List.of());

    public EgressFacts {
        services = List.copyOf(services);
        loading = Set.copyOf(loading);
        policies = List.copyOf(policies);
    }
}
