package dev.chaperone.cli.demo;

import dev.chaperone.api.ServerDescription;
import dev.chaperone.api.ServerSideApply;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What the demonstration applies to a cluster; once it is {@linkplain #stop() stopped}, nothing more. */
final class DemoObjects {
    /** The agent's namespace. */
    static final String NAMESPACE = "chaperone-demo";
    /** The namespace of the tool servers. */
    static final String TOOLS_NAMESPACE = "chaperone-demo-tools";
    /** The Secret in the operator's namespace. */
    static final String SECRET = "chaperone-demo-door";
    /** Label and value of namespaces and Secrets that are the demonstration's. */
    static final String OWNER_LABEL = "app.kubernetes.io/managed-by";
    static final String OWNER = "chaperone-demo";
    /** Deployment, Service and container of the tool servers. */
    static final String TOOLS = "tools";
    /** Deployment of the agent, and name of its Agent. */
    static final String AGENT = "assistant";
    static final String AGENT_CONTAINER = "agent";

    private static final int TOKEN_BYTES = 24;
    private static final PatchContext APPLY = ServerSideApply.as("chaperone-demo");

    private final KubernetesClient client;
    private final String image;
    private final String operatorNamespace;
    private final String token = HexFormat.of().formatHex(random());
    private boolean stopped;

    DemoObjects(KubernetesClient client, String image, String operatorNamespace) {
        this.client = client;
        this.image = image;
        this.operatorNamespace = operatorNamespace;
    }

    private static byte[] random() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Where a tool server lives, as a guardrail reaches it. */
    static String url(String server) {
        return "http://" + TOOLS + "." + TOOLS_NAMESPACE + ".svc:" + DemoPod.TOOLS_PORT + "/" + server;
    }

    void applyNamespaces() throws IOException {
        manifests("namespaces.yaml").forEach(this::apply);
    }

    void applyTools() throws IOException {
        manifests("tools.yaml").forEach(this::apply);
    }

    void applyAgent() throws IOException {
        manifests("agent.yaml").forEach(this::apply);
    }

    /** The tool servers and policies of {@code policies/}; the operator itself makes the Agent. */
    void applyPolicies() throws IOException {
        for (Map.Entry<String, String> manifest : DemoPolicies.read(DemoObjects::url).entrySet()) {
            if (!manifest.getKey().equals(DemoPolicies.AGENT)) {
                applyPolicy(manifest.getValue());
            }
        }
    }

    void applyRaisedCeiling() throws IOException {
        applyPolicy(DemoPolicies.raised(
                Objects.requireNonNull(DemoPolicies.read(DemoObjects::url).get(DemoPolicies.CEILING))));
    }

    private void applyPolicy(String text) {
        HasMetadata resource = client.getKubernetesSerialization().unmarshal(text);
        if (resource.getKind().equals(HasMetadata.getKind(ToolServer.class))) {
            resource = behindTheDoor(client.getKubernetesSerialization().unmarshal(text, ToolServer.class));
        }
        resource.getMetadata().setNamespace(NAMESPACE);
        apply(resource);
    }

    private static ToolServer behindTheDoor(ToolServer server) {
        ToolServerSpec spec = server.getSpec();
        server.setSpec(new ToolServerSpec(spec.url(), spec.capabilities(),
                new ServerDescription.Credentials(new ServerDescription.SecretKeyRef(SECRET, "token")), spec.tools()));
        return server;
    }

    /** A pod that is not applied. */
    Pod anotherPod() throws IOException {
        return (Pod) manifests("pod.yaml").getFirst();
    }

    private List<HasMetadata> manifests(String file) throws IOException {
        String text = DemoPolicies.resource("/demo/" + file).replace("${demo.image}", image)
                .replace("${demo.operatorNamespace}", operatorNamespace).replace("${demo.token}", token);
        return Stream.of(text.split("(?m)^---$"))
                .map(document -> client.getKubernetesSerialization().<HasMetadata>unmarshal(document)).toList();
    }

    private synchronized void apply(HasMetadata resource) {
        if (stopped) {
            throw new DemoException("the demonstration has ended");
        }
        client.resource(resource).patch(APPLY);
    }

    /** Applies nothing from now on, so that what is removed stays away. */
    synchronized void stop() {
        stopped = true;
    }
}
