package dev.chaperone.controller.plan;

import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.OversightShape;
import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.OversightRules.Destination;
import dev.chaperone.api.OversightRules.DestinationPort;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.ServerAddress;
import dev.chaperone.controller.view.ServerAddress.OfAddress;
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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says what agents' pods may reach: their tool servers, and what all oversight policies allow. NetworkPolicies count for
 * what a Service led to, so a tool server in the cluster is the pods of its Service, on their ports. They know no names,
 * so a host elsewhere is its port on every public address.
 */
final class EgressPlanner {
    private static final String TCP = "TCP";
    /** What nobody reaches over the internet: clusters, their nodes and clouds' metadata have addresses of these. */
    private static final List<Cidr> PRIVATE_4 = Stream.of(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "224.0.0.0/3").map(EgressPlanner::range).toList();
    private static final Cidr ALL_4 = range("0.0.0.0/0");
    /** All that is given out to the internet. */
    private static final Cidr PUBLIC_6 = range("2000::/3");

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

        void open(ServerConfig server, ServerAddress where) {
            switch (where) {
                case OfService service -> service(server, service);
                case ServerAddress.OfAddress address -> address(server, address);
                case ServerAddress.OfHost(var name, var port) -> {
                    publicHosts.add(name + ":" + port);
                    rules.add(rule(
                            List.of(addresses(ALL_4, PRIVATE_4), addresses(PUBLIC_6, List.of())),
                            List.of(tcp(new IntOrString(port)))));
                }
                case ServerAddress.Nowhere _ -> notOpened.add(
                        "tool server " + server.name() + ": its URL leads nowhere outside the pod");
            }
        }

        // It could be the API server's, or the cloud's metadata: not for the author of a tool server to open.
        private void address(ServerConfig server, OfAddress where) {
            Cidr address = Cidr.parse(where.cidr());
            if (address == null || !isPublic(address)) {
                notOpened.add("tool server " + server.name() + ": " + where.cidr() + " is no public address; allow it");
            } else {
                rules.add(rule(List.of(addresses(address, List.of())), List.of(tcp(new IntOrString(where.port())))));
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
                            .withNewNamespaceSelector()
                            .addToMatchLabels(AgentContext.NAMESPACE_NAME, address.namespace())
                            .endNamespaceSelector()
                            .withNewPodSelector().addToMatchLabels(service.selector()).endPodSelector()
                            .build()),
                    List.of(tcp(port))));
        }

        // What no NetworkPolicy may say is left out: the API server would refuse the whole of it, and nothing be restricted.
        void allow(Destination destination) {
            if (!OversightShape.isPossible(destination.namespaceSelector())
                    || !OversightShape.isPossible(destination.podSelector())) {
                notOpened.add("pods that are selected by labels that nothing can have");
                return;
            }
            NetworkPolicyPeer peer = peer(destination);
            if (peer == null) {
                notOpened.add(destination.cidr() + " except " + destination.except()
                        + ": these are no addresses within others");
                return;
            }
            rules.add(rule(List.of(peer),
                    requireNonNullElse(destination.ports(), List.<DestinationPort>of()).stream()
                            .map(port -> port(new IntOrString(port.port()),
                                    port.protocol() == null ? TCP : port.protocol().name()))
                            .toList()));
        }
    }

    private static boolean isPublic(Cidr address) {
        return PUBLIC_6.strictlyContains(address)
                || (ALL_4.strictlyContains(address)
                        && PRIVATE_4.stream().noneMatch(range -> range.strictlyContains(address)));
    }

    /** Null for ranges that are none. */
    private static @Nullable NetworkPolicyPeer peer(Destination destination) {
        if (destination.cidr() == null) {
            return new NetworkPolicyPeerBuilder()
                    .withNamespaceSelector(destination.namespaceSelector())
                    .withPodSelector(destination.podSelector())
                    .build();
        }
        Cidr all = Cidr.parse(destination.cidr());
        List<Cidr> except = new ArrayList<>();
        for (String text : requireNonNullElse(destination.except(), List.<String>of())) {
            Cidr part = Cidr.parse(text);
            if (all == null || part == null || !all.strictlyContains(part)) {
                return null;
            }
            except.add(part);
        }
        return all == null ? null : addresses(all, except);
    }

    private static NetworkPolicyEgressRule rule(List<NetworkPolicyPeer> to, List<NetworkPolicyPort> ports) {
        return new NetworkPolicyEgressRuleBuilder().withTo(to).withPorts(ports).build();
    }

    private static NetworkPolicyPeer addresses(Cidr cidr, List<Cidr> except) {
        return new NetworkPolicyPeerBuilder().withNewIpBlock().withCidr(cidr.text())
                .withExcept(except.stream().map(Cidr::text).toList()).endIpBlock().build();
    }

    private static Cidr range(String text) {
        return Objects.requireNonNull(Cidr.parse(text));
    }

    private static NetworkPolicyPort tcp(IntOrString port) {
        return port(port, TCP);
    }

    private static NetworkPolicyPort port(IntOrString port, String protocol) {
        return new NetworkPolicyPortBuilder().withPort(port).withProtocol(protocol).build();
    }
}
