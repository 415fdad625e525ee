package dev.chaperone.policy;

import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.Issue.Location;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Manifests as tests write them: YAML documents of any kind, in any number of texts. */
final class Manifests {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private final List<PolicyInput> policies = new ArrayList<>();
    private final Map<PolicyId, PolicyRules> accepted = new TreeMap<>();
    private final List<Sourced<ToolServer>> servers = new ArrayList<>();
    private final List<Sourced<ClusterToolServer>> sharedServers = new ArrayList<>();
    private final Map<String, Map<String, String>> namespaces = new TreeMap<>();
    private final Map<String, String> namespaceLabels = new TreeMap<>();
    private Agent agent;

    static Manifests of(String... texts) {
        Manifests manifests = new Manifests();
        for (String text : texts) {
            manifests.add("in.yaml", text);
        }
        return manifests;
    }

    Manifests add(String file, String text) {
        String[] documents = text.split("(?m)^---$");
        for (int i = 0; i < documents.length; i++) {
            if (!documents[i].isBlank()) {
                addDocument(file + "#" + (i + 1), documents[i]);
            }
        }
        return this;
    }

    /** Policies in the text are last accepted versions. */
    Manifests addAccepted(String text) {
        for (PolicyInput input : Manifests.of(text).policies) {
            accepted.put(input.id(), Objects.requireNonNull(input.current()).resource());
        }
        return this;
    }

    List<PolicyInput> policies() {
        List<PolicyInput> inputs = new ArrayList<>();
        policies.forEach(policy -> inputs.add(policy.withLastAccepted(accepted.get(policy.id()))));
        return inputs;
    }

    ToolServers servers() {
        return ToolServers.of(servers, sharedServers, namespaces);
    }

    List<Sourced<ToolServer>> ownServers() {
        return servers;
    }

    boolean hasAgent() {
        return agent != null;
    }

    AgentContext agent() {
        return new AgentContext(
                agent.getMetadata().getNamespace(), agent.getMetadata().getName(),
                Objects.requireNonNullElse(agent.getMetadata().getLabels(), Map.of()), namespaceLabels);
    }

    CompilationRequest request() {
        return new CompilationRequest(agent(), policies(), servers());
    }

    private void addDocument(String file, String document) {
        // Line and column are those inside the field: which field it is says the path.
        Source source = (path, line, column) -> new Location(file, line, column);
        String kind = document.lines().filter(line -> line.startsWith("kind:")).findFirst().orElseThrow()
                .substring("kind:".length()).strip();
        switch (kind) {
            case "ToolPolicy" -> policies
                    .add(PolicyInput.of(new Sourced<>(YAML.unmarshal(document, ToolPolicy.class), source)));
            case "ClusterToolPolicy" -> policies.add(
                    PolicyInput.ofCluster(new Sourced<>(YAML.unmarshal(document, ClusterToolPolicy.class), source)));
            case "ToolServer" -> servers.add(new Sourced<>(YAML.unmarshal(document, ToolServer.class), source));
            case "ClusterToolServer" -> sharedServers
                    .add(new Sourced<>(YAML.unmarshal(document, ClusterToolServer.class), source));
            case "Agent" -> agent = YAML.unmarshal(document, Agent.class);
            case "Namespace" -> {
                var metadata = YAML.unmarshal(document, Namespace.class).getMetadata();
                namespaceLabels.putAll(metadata.getLabels());
                namespaces.put(metadata.getName(), metadata.getLabels());
            }
            default -> throw new IllegalArgumentException(kind);
        }
    }
}
