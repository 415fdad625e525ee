package dev.chaperone.cli;

import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.manifest.ManifestDocument;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Foreign;
import dev.chaperone.policy.manifest.ManifestDocument.Identity;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a set of manifest files says, sorted by kind.
 *
 * @param policies all policies, those that could not be read included
 * @param servers the tool servers that could be read
 * @param agents the agents
 * @param namespaces the namespaces
 * @param issues what is wrong with documents that could not be read
 * @param unidentified whether some document could not be read and does not even say which resource it is
 * @param serversUnreadable whether some document that could not be read is a tool server, agent or namespace
 */
record Manifests(
        List<PolicyInput> policies,
        List<Sourced<ToolServer>> servers,
        List<Agent> agents,
        List<Namespace> namespaces,
        List<Issue> issues,
        boolean unidentified,
        boolean serversUnreadable) {

    static Manifests of(List<ManifestDocument> documents) {
        List<PolicyInput> policies = new ArrayList<>();
        List<Sourced<ToolServer>> servers = new ArrayList<>();
        List<Agent> agents = new ArrayList<>();
        List<Namespace> namespaces = new ArrayList<>();
        List<Issue> issues = new ArrayList<>();
        boolean unidentified = false;
        boolean serversUnreadable = false;
        for (ManifestDocument document : documents) {
            switch (document) {
                case Decoded(HasMetadata resource, var source) -> {
                    switch (resource) {
                        case ToolPolicy policy -> policies.add(PolicyInput.of(new Sourced<>(policy, source)));
                        case ClusterToolPolicy policy ->
                            policies.add(PolicyInput.ofCluster(new Sourced<>(policy, source)));
                        case ToolServer server -> servers.add(new Sourced<>(server, source));
                        case Agent agent -> agents.add(agent);
                        case Namespace namespace -> namespaces.add(namespace);
                        default -> {
                            // A compiled config among its sources says nothing new.
                        }
                    }
                }
                case Foreign _ -> {
                    // Trees of manifests hold much that is not ours.
                }
                case Undecodable(var identity, var problems) -> {
                    issues.addAll(problems);
                    Optional<PolicyId> policy = policyId(identity);
                    policy.ifPresent(id -> policies.add(PolicyInput.unreadable(id)));
                    unidentified |= identity == null;
                    serversUnreadable |= identity != null && policy.isEmpty();
                }
            }
        }
        return new Manifests(policies, servers, agents, namespaces, issues, unidentified, serversUnreadable);
    }

    private static Optional<PolicyId> policyId(@org.jspecify.annotations.Nullable Identity identity) {
        return switch (identity) {
            case null -> Optional.empty();
            case Identity(String kind, String namespace, String name) when kind.equals("ToolPolicy") ->
                Optional.of(PolicyId.toolPolicy(Objects.requireNonNullElse(namespace, "default"), name));
            case Identity(String kind, _, String name) when kind.equals("ClusterToolPolicy") ->
                Optional.of(PolicyId.clusterToolPolicy(name));
            default -> Optional.empty();
        };
    }

    /** The agent as selectors see it; without labels when no manifest names it. */
    AgentContext context(AgentName name) {
        Map<String, String> labels = agents.stream()
                .filter(agent -> agent.getMetadata().getName().equals(name.name())
                        && name.namespace().equals(agent.getMetadata().getNamespace()))
                .findFirst()
                .map(agent -> agent.getMetadata().getLabels())
                .orElse(Map.of());
        Map<String, String> namespaceLabels = namespaces.stream()
                .filter(namespace -> namespace.getMetadata().getName().equals(name.namespace()))
                .findFirst()
                .map(namespace -> namespace.getMetadata().getLabels())
                .orElse(Map.of());
        return new AgentContext(
                name.namespace(),
                name.name(),
                Objects.requireNonNullElse(labels, Map.of()),
                Objects.requireNonNullElse(namespaceLabels, Map.of()));
    }

    boolean hasAgent(AgentName name) {
        return agents.stream().anyMatch(agent -> agent.getMetadata().getName().equals(name.name())
                && name.namespace().equals(agent.getMetadata().getNamespace()));
    }
}
