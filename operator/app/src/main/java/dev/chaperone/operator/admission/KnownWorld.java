package dev.chaperone.operator.admission;

import dev.chaperone.admission.validate.PolicyWorld;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ClusterToolServerSpec;
import dev.chaperone.api.ServerDescription.SecretKeyRef;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import dev.chaperone.controller.PlannedFleet;
import dev.chaperone.controller.plan.CredentialOffers;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.PolicyFacts;
import dev.chaperone.controller.view.ServerFacts;
import dev.chaperone.controller.view.Snapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What admission has to know of the cluster, from the controller's latest snapshot of it. */
public final class KnownWorld {
    private final PlannedFleet fleet;

    public KnownWorld(PlannedFleet fleet) {
        this.fleet = fleet;
    }

    /** Policies and tool servers. */
    public PolicyWorld policies() {
        Snapshot snapshot = fleet.snapshot();
        List<ToolPolicy> policies = new ArrayList<>();
        List<ClusterToolPolicy> clusterPolicies = new ArrayList<>();
        for (PolicyFacts facts : snapshot.policies()) {
            switch (facts.spec()) {
                case ToolPolicySpec spec -> policies.add(policy(facts, spec));
                case ClusterToolPolicySpec spec -> clusterPolicies.add(clusterPolicy(facts, spec));
                case null, default -> {
                    // What has no spec says nothing that another object could break.
                }
            }
        }
        List<ToolServer> servers = new ArrayList<>();
        List<ClusterToolServer> clusterServers = new ArrayList<>();
        for (ServerFacts facts : snapshot.servers()) {
            switch (facts.spec()) {
                case ToolServerSpec spec -> servers.add(server(facts, spec));
                case ClusterToolServerSpec spec -> clusterServers.add(clusterServer(facts, spec));
                case null, default -> {
                    // Likewise.
                }
            }
        }
        return new PolicyWorld(
                policies, clusterPolicies, servers, clusterServers,
                snapshot.namespaces().stream()
                        .filter(NamespaceFacts::isGoverned)
                        .collect(Collectors.toMap(NamespaceFacts::name, NamespaceFacts::labels)));
    }

    /** Whether the pods of a namespace are governed; true also for one that is not known. */
    public boolean isGoverned(String namespace) {
        return fleet.snapshot().namespaces().stream()
                .filter(known -> known.name().equals(namespace))
                .findFirst()
                .map(NamespaceFacts::isGoverned)
                .orElse(true);
    }

    /** What keeps a tool server from getting a credential; null when nothing does. */
    public @Nullable String credentialProblem(@Nullable String namespace, SecretKeyRef reference, String url) {
        return new CredentialOffers(fleet.snapshot().credentials()).problem(namespace, reference, url);
    }

    private static ToolPolicy policy(PolicyFacts facts, ToolPolicySpec spec) {
        ToolPolicy policy = named(new ToolPolicy(), facts.id().namespace(), facts.id().name());
        policy.setSpec(spec);
        return policy;
    }

    private static ClusterToolPolicy clusterPolicy(PolicyFacts facts, ClusterToolPolicySpec spec) {
        ClusterToolPolicy policy = named(new ClusterToolPolicy(), null, facts.id().name());
        policy.setSpec(spec);
        return policy;
    }

    private static ToolServer server(ServerFacts facts, ToolServerSpec spec) {
        ToolServer server = named(new ToolServer(), facts.namespace(), facts.name());
        server.setSpec(spec);
        return server;
    }

    private static ClusterToolServer clusterServer(ServerFacts facts, ClusterToolServerSpec spec) {
        ClusterToolServer server = named(new ClusterToolServer(), null, facts.name());
        server.setSpec(spec);
        return server;
    }

    private static <T extends HasMetadata> T named(T object, @Nullable String namespace, String name) {
        ObjectMeta metadata = new ObjectMetaBuilder().withNamespace(namespace).withName(name).build();
        object.setMetadata(metadata);
        return object;
    }
}
