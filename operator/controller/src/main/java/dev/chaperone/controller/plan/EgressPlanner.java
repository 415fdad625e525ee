package dev.chaperone.controller.plan;

import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.OversightRules.Destination;
import dev.chaperone.api.OversightRules.DestinationPort;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.ServerAddress;
import dev.chaperone.controller.view.ServerAddress.OfService;
import dev.chaperone.controller.view.ServiceFacts;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.oversight.AgentOversight;
import dev.chaperone.policy.oversight.Requirement;
import dev.chaperone.policy.oversight.Terms;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what agents' pods may reach: their tool servers, and what all oversight policies allow. NetworkPolicies count for
 * what a Service led to, so a tool server in the cluster is the pods of its Service, on their ports. They know no names,
 * so a host elsewhere is its port on every public address.
 */
final class EgressPlanner {
    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final String TCP = "TCP";
    /** What nobody reaches over the internet: clusters, their nodes and clouds' metadata have addresses of these. */
    private static final List<String> PRIVATE_4 = List.of(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "224.0.0.0/3");
    /** All that is given out to the internet. */
    private static final String PUBLIC_6 = "2000::/3";

    private record ServiceId(String namespace, String name) {}

    private final Map<ServiceId, ServiceFacts> services = new HashMap<>();
    private final Set<String> loading;
    private final Set<String> namespaces;

    EgressPlanner(Snapshot snapshot) {
        snapshot.egress().services()
                .forEach(service -> services.put(new ServiceId(service.namespace(), service.name()), service));
        loading = snapshot.egress().loading();
        namespaces = snapshot.namespaces().stream().map(NamespaceFacts::name).collect(Collectors.toSet());
    }

    /** Null when nobody requires it of the agent. */
    @Nullable
    EgressPlan plan(String namespace, AgentOversight oversight, List<ServerConfig> servers) {
        for (Requirement requirement : oversight.requirements()) {
            if (requirement.terms() instanceof Terms.Egress terms) {
                Draft draft = new Draft();
                servers.forEach(server -> draft.open(
                        server, ServerAddress.of(server.url(), namespace, namespaces)));
                terms.allow().forEach(draft::allow);
                return draft.known
                        ? new EgressPlan(true, List.copyOf(draft.rules), draft.publicHosts, draft.notOpened)
                        : EgressPlan.UNKNOWN;
            }
        }
        return null;
    }

    private final class Draft {
        private boolean known = true;
        private final Set<NetworkPolicyEgressRule> rules = new LinkedHashSet<>();
        private final List<String> publicHosts = new ArrayList<>();
        private final List<String> notOpened = new ArrayList<>();

        void open(ServerConfig server, ServerAddress address) {
            switch (address) {
                case OfService service -> service(server, service);
                case ServerAddress.OfAddress(var cidr, var port) -> rules.add(
                        rule(List.of(addresses(cidr, List.of())), List.of(tcp(new IntOrString(port)))));
                case ServerAddress.OfHost(var name, var port) -> {
                    publicHosts.add(name + ":" + port);
                    rules.add(rule(
                            List.of(addresses("0.0.0.0/0", PRIVATE_4), addresses(PUBLIC_6, List.of())),
                            List.of(tcp(new IntOrString(port)))));
                }
                case ServerAddress.Nowhere _ -> notOpened.add(
                        "tool server " + server.name() + ": its URL leads nowhere outside the pod");
            }
        }

        private void service(ServerConfig server, OfService address) {
            if (loading.contains(address.namespace())) {
                known = false;
                return;
            }
            String named = "tool server " + server.name() + ": Service " + address.namespace() + "/" + address.name();
            ServiceFacts service = services.get(new ServiceId(address.namespace(), address.name()));
            if (service == null) {
                notOpened.add(named + " is not there");
                return;
            }
            IntOrString port = service.headless()
                    ? new IntOrString(address.port())
                    : service.targets().get(address.port());
            if (service.selector().isEmpty() || port == null) {
                notOpened.add(named + (port == null
                        ? " has no TCP port " + address.port()
                        : " selects no pods; allow where it leads"));
                return;
            }
            rules.add(rule(
                    List.of(new NetworkPolicyPeerBuilder()
                            .withNewNamespaceSelector().addToMatchLabels(NAMESPACE_NAME, address.namespace())
                            .endNamespaceSelector()
                            .withNewPodSelector().addToMatchLabels(service.selector()).endPodSelector()
                            .build()),
                    List.of(tcp(port))));
        }

        void allow(Destination destination) {
            String cidr = destination.cidr();
            List<String> except = requireNonNullElse(destination.except(), List.of());
            if (cidr != null && !isSound(cidr, except)) {
                notOpened.add(cidr + " except " + except + ": these are no addresses within others");
                return;
            }
            NetworkPolicyPeer peer = cidr != null
                    ? addresses(cidr, except)
                    : new NetworkPolicyPeerBuilder()
                            .withNamespaceSelector(destination.namespaceSelector())
                            .withPodSelector(destination.podSelector())
                            .build();
            rules.add(rule(List.of(peer),
                    requireNonNullElse(destination.ports(), List.<DestinationPort>of()).stream()
                            .map(port -> port(new IntOrString(port.port()),
                                    port.protocol() == null ? TCP : port.protocol().name()))
                            .toList()));
        }
    }

    // The API server would refuse the whole of a NetworkPolicy for it.
    private static boolean isSound(String cidr, List<String> except) {
        Cidr all = Cidr.parse(cidr);
        return all != null && except.stream().map(Cidr::parse).allMatch(
                part -> part != null && all.strictlyContains(part));
    }

    private static NetworkPolicyEgressRule rule(List<NetworkPolicyPeer> to, List<NetworkPolicyPort> ports) {
        return new NetworkPolicyEgressRuleBuilder().withTo(to).withPorts(ports).build();
    }

    private static NetworkPolicyPeer addresses(String cidr, List<String> except) {
        return new NetworkPolicyPeerBuilder().withNewIpBlock().withCidr(cidr).withExcept(except).endIpBlock().build();
    }

    private static NetworkPolicyPort tcp(IntOrString port) {
        return port(port, TCP);
    }

    private static NetworkPolicyPort port(IntOrString port, String protocol) {
        return new NetworkPolicyPortBuilder().withPort(port).withProtocol(protocol).build();
    }
}
