package dev.chaperone.cli;

import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.oversight.AgentOversight;
import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.policy.oversight.OversightInput;
import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.Duplicates;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.OversightShape;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Source;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import dev.chaperone.policy.manifest.ManifestDocument;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Foreign;
import dev.chaperone.policy.manifest.ManifestDocument.Identity;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a set of manifest files says, sorted by kind.
 *
 * @param policies all policies, those that could not be read included
 * @param servers the tool servers that could be read
 * @param sharedServers those among them that namespaces share
 * @param oversight the oversight policies that could be read
 * @param agents the agents
 * @param namespaces the namespaces
 * @param issues what is wrong with documents that could not be read
 * @param unidentified whether some document could not be read and does not even say which resource it is
 * @param surroundingsUnclear whether a tool server, agent or namespace cannot be read, or an agent or namespace stands
 *     there twice
 */
record Manifests(
        List<PolicyInput> policies,
        List<Sourced<ToolServer>> servers,
        List<Sourced<ClusterToolServer>> sharedServers,
        List<OversightInput> oversight,
        List<Sourced<Agent>> agents,
        List<Sourced<Namespace>> namespaces,
        List<Issue> issues,
        boolean unidentified,
        boolean surroundingsUnclear) {

    static Manifests of(List<ManifestDocument> documents) {
        List<PolicyInput> policies = new ArrayList<>();
        List<Sourced<ToolServer>> servers = new ArrayList<>();
        List<Sourced<ClusterToolServer>> sharedServers = new ArrayList<>();
        List<OversightInput> oversight = new ArrayList<>();
        List<Sourced<Agent>> agents = new ArrayList<>();
        List<Sourced<Namespace>> namespaces = new ArrayList<>();
        List<Issue> issues = new ArrayList<>();
        boolean unidentified = false;
        boolean surroundingsUnclear = false;
        for (ManifestDocument document : documents) {
            switch (document) {
                case Decoded(HasMetadata resource, var source) -> {
                    switch (resource) {
                        case ToolPolicy policy -> policies.add(PolicyInput.of(new Sourced<>(policy, source)));
                        case ClusterToolPolicy policy ->
                            policies.add(PolicyInput.ofCluster(new Sourced<>(policy, source)));
                        case ToolServer server -> servers.add(new Sourced<>(server, source));
                        case ClusterToolServer server -> sharedServers.add(new Sourced<>(server, source));
                        case OversightPolicy policy -> {
                            oversight.add(
                                    new OversightInput(
                                            new OversightId(policy.getMetadata().getNamespace(),
                                                    policy.getMetadata().getName()),
                                            policy.getSpec()));
                            issues.addAll(OversightShape.check(name(policy), policy.getSpec(), source));
                        }
                        case ClusterOversightPolicy policy -> {
                            oversight.add(
                                    new OversightInput(
                                            new OversightId(null, policy.getMetadata().getName()), policy.getSpec()));
                            issues.addAll(OversightShape.check(name(policy), policy.getSpec(), source));
                        }
                        case Agent agent -> agents.add(new Sourced<>(agent, source));
                        case Namespace namespace -> namespaces.add(new Sourced<>(namespace, source));
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
                    surroundingsUnclear |= identity != null && policy.isEmpty();
                }
            }
        }
        List<Issue> doubled = new ArrayList<>(doubled(agents));
        doubled.addAll(doubled(namespaces));
        issues.addAll(doubled);
        return new Manifests(policies, servers, sharedServers, oversight, agents, namespaces, issues, unidentified,
                surroundingsUnclear || !doubled.isEmpty());
    }

    // Which of them counted would hang on the names of files.
    private static <T extends HasMetadata> List<Issue> doubled(List<Sourced<T>> resources) {
        Map<String, List<Source>> byName = new TreeMap<>();
        for (Sourced<T> resource : resources) {
            byName.computeIfAbsent(name(resource.resource()), _ -> new ArrayList<>()).add(resource.source());
        }
        return byName.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(entry -> Duplicates.issue(entry.getKey(), entry.getValue(), "remove one of them"))
                .toList();
    }

    private static String name(HasMetadata resource) {
        String namespace = resource.getMetadata().getNamespace();
        return resource.getKind() + " " + (namespace == null ? "" : namespace + "/")
                + resource.getMetadata().getName();
    }

    private static Optional<PolicyId> policyId(@Nullable Identity identity) {
        return switch (identity) {
            case null -> Optional.empty();
            case Identity(String kind, String namespace, String name) when kind.equals("ToolPolicy") ->
                Optional.of(PolicyId.toolPolicy(Objects.requireNonNullElse(namespace, "default"), name));
            case Identity(String kind, _, String name) when kind.equals("ClusterToolPolicy") ->
                Optional.of(PolicyId.clusterToolPolicy(name));
            default -> Optional.empty();
        };
    }

    /** All tool servers, with the namespaces that the manifests tell of. */
    ToolServers toolServers() {
        Map<String, Map<String, String>> labels = new TreeMap<>();
        namespaces.forEach(
                namespace -> labels
                        .put(namespace.resource().getMetadata().getName(), labels(namespace.resource())));
        return ToolServers.of(servers, sharedServers, labels);
    }

    /** The agent as selectors see it; without labels when no manifest names it. */
    AgentContext context(AgentName name) {
        return new AgentContext(
                name.namespace(), name.name(), agent(name).map(Manifests::labels).orElse(Map.of()),
                namespace(name).map(Manifests::labels).orElse(Map.of()));
    }

    /** What the agent's config is compiled from. */
    CompilationRequest request(AgentName name, List<PolicyInput> policyInputs) {
        AgentContext context = context(name);
        AgentOversight required = AgentOversight.of(context, oversight);
        return new CompilationRequest(context, policyInputs, toolServers(), required.posture(), required.leases());
    }

    boolean hasAgent(AgentName name) {
        return agent(name).isPresent();
    }

    /**
     * What stands in the way of saying which cluster policies select an agent, and which shared servers it may use:
     * those that ask for labels of its namespace, when no manifest tells them. Unknown labels are not absent ones.
     */
    List<Issue> unclearSelection(AgentName name) {
        if (namespace(name).isPresent()) {
            return List.of();
        }
        List<Issue> unclear = new ArrayList<>();
        for (PolicyInput policy : policies) {
            var current = policy.current();
            if (current != null && current.resource() instanceof ClusterToolPolicySpec cluster
                    && asksForLabels(cluster.namespaceSelector())) {
                unclear.add(unclear(policy.id().resource(), current.source(), "whether it selects " + name, name));
            }
        }
        for (OversightInput policy : oversight) {
            if (policy.spec() instanceof ClusterOversightPolicySpec cluster
                    && asksForLabels(cluster.namespaceSelector())) {
                unclear.add(unclear(
                        "ClusterOversightPolicy " + policy.id().name(), Source.NONE, "whether it selects " + name,
                        name));
            }
        }
        for (Sourced<ClusterToolServer> server : sharedServers) {
            if (server.resource().getSpec() != null
                    && asksForLabels(server.resource().getSpec().namespaceSelector())) {
                unclear.add(unclear(
                        name(server.resource()), server.source(), "whether " + name + " may use it", name));
            }
        }
        return unclear;
    }

    private static Issue unclear(String resource, Source source, String question, AgentName name) {
        return new Issue(
                Issue.Severity.ERROR, resource, "spec.namespaceSelector",
                source.locate("spec.namespaceSelector", 1, 1),
                question + " cannot be told: no manifest has the labels of namespace " + name.namespace(), null,
                "add one: {apiVersion: v1, kind: Namespace, metadata: {name: " + name.namespace() + ", labels: {…}}}");
    }

    /** All that stands in the way of deciding for an agent, before policies are compiled; the list may be added to. */
    List<Issue> issuesFor(AgentName name) {
        List<Issue> all = new ArrayList<>(issues);
        all.addAll(unclearSelection(name));
        return all;
    }

    private static boolean asksForLabels(@Nullable LabelSelector selector) {
        if (selector == null) {
            return false;
        }
        Set<String> keys = new TreeSet<>(
                Objects.requireNonNullElse(selector.getMatchLabels(), Map.<String, String>of()).keySet());
        Objects.requireNonNullElse(selector.getMatchExpressions(), List.<LabelSelectorRequirement>of())
                .forEach(requirement -> keys.add(requirement.getKey()));
        keys.remove(AgentContext.NAMESPACE_NAME);
        return !keys.isEmpty();
    }

    private Optional<Agent> agent(AgentName name) {
        return agents.stream()
                .map(Sourced::resource)
                .filter(agent -> name.name().equals(agent.getMetadata().getName())
                        && name.namespace().equals(agent.getMetadata().getNamespace()))
                .findFirst();
    }

    private Optional<Namespace> namespace(AgentName name) {
        return namespaces.stream()
                .map(Sourced::resource)
                .filter(namespace -> name.namespace().equals(namespace.getMetadata().getName()))
                .findFirst();
    }

    private static Map<String, String> labels(HasMetadata resource) {
        return Objects.requireNonNullElse(resource.getMetadata().getLabels(), Map.of());
    }
}
