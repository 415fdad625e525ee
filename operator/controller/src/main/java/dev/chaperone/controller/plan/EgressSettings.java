package dev.chaperone.controller.plan;

import dev.chaperone.policy.AgentContext;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.List;
import java.util.stream.Stream;

/**
 * What every agent's pods may reach.
 *
 * @param rules in the words of a NetworkPolicy
 */
public record EgressSettings(List<NetworkPolicyEgressRule> rules) {
    private static final int DNS_PORT = 53;
    private static final int CHANNEL_PORT = 8443;

    /** The cluster's DNS, as most clusters have it. */
    public static final List<NetworkPolicyEgressRule> DNS = List.of(new NetworkPolicyEgressRuleBuilder()
            .addNewTo()
            .withNewNamespaceSelector().addToMatchLabels(AgentContext.NAMESPACE_NAME, "kube-system")
            .endNamespaceSelector()
            .withNewPodSelector().addToMatchLabels("k8s-app", "kube-dns").endPodSelector()
            .endTo()
            .addNewPort().withProtocol("UDP").withPort(new IntOrString(DNS_PORT)).endPort()
            .addNewPort().withProtocol("TCP").withPort(new IntOrString(DNS_PORT)).endPort()
            .build());

    public EgressSettings {
        rules = List.copyOf(rules);
    }

    /** @param dns where names are resolved */
    public static EgressSettings of(String operatorNamespace, List<NetworkPolicyEgressRule> dns) {
        NetworkPolicyEgressRule channel = new NetworkPolicyEgressRuleBuilder()
                .addNewTo()
                .withNewNamespaceSelector().addToMatchLabels(AgentContext.NAMESPACE_NAME, operatorNamespace)
                .endNamespaceSelector()
                .withNewPodSelector()
                .addToMatchLabels("app.kubernetes.io/name", "chaperone")
                .addToMatchLabels("app.kubernetes.io/component", "operator")
                .endPodSelector()
                .endTo()
                .addNewPort().withProtocol("TCP").withPort(new IntOrString(CHANNEL_PORT)).endPort()
                .build();
        return new EgressSettings(
                Stream.concat(dns.stream().map(EgressSettings::defaulted), Stream.of(channel)).toList());
    }

    /** As the API server stores it, so that what is there can be compared. */
    private static NetworkPolicyEgressRule defaulted(NetworkPolicyEgressRule rule) {
        return new NetworkPolicyEgressRuleBuilder(rule).withPorts(rule.getPorts().stream()
                .map(port -> port.getProtocol() == null
                        ? new NetworkPolicyPortBuilder(port).withProtocol("TCP").build()
                        : port)
                .toList()).build();
    }
}
