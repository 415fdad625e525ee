package dev.chaperone.it.cluster;

import dev.chaperone.api.ServerSideApply;
import dev.chaperone.it.interop.KitImage;
import dev.chaperone.it.kubernetes.ApiServer;
import dev.chaperone.it.kubernetes.Chart;
import dev.chaperone.it.kubernetes.StoryCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster with Chaperone installed by its chart, tool servers, and a governed namespace with an agent. */
final class InstalledCluster implements BeforeAllCallback {
    /** The governed namespace. */
    static final String NAMESPACE = "agents";

    static final String OPERATOR_NAMESPACE = Chart.NAMESPACE;

    private static final Duration STARTING = Duration.ofMinutes(4);
    private static final PatchContext APPLY = ServerSideApply.as("story");

    private StoryCluster cluster;
    private KubernetesClient client;

    @Override
    public void beforeAll(ExtensionContext context) {
        StoryCluster shared = StoryCluster.of(context);
        InstalledCluster installed = shared.stage(InstalledCluster.class, InstalledCluster::start);
        cluster = installed.cluster;
        client = installed.client;
        waitsForToolServers();
    }

    private static InstalledCluster start(StoryCluster cluster) {
        InstalledCluster installed = new InstalledCluster();
        installed.cluster = cluster;
        installed.client = cluster.client();
        Images images = Images.built();
        images.load(cluster.nodes());
        if (cluster.nodes().takesImages()) {
            Images.load(cluster.nodes(), KitImage.archive());
        }
        installed.apply("tool-servers.yaml", Map.of());
        cluster.namespace(OPERATOR_NAMESPACE);
        installed.installs();
        installed.apply("namespace.yaml", Map.of());
        Awaitility.await("policies are taken").atMost(STARTING).ignoreExceptions().until(() -> {
            installed.apply("governed.yaml", Map.of("longest", "100"));
            return true;
        });
        installed.apply("agent.yaml", Map.of("replicas", "1"));
        return installed;
    }

    // Also when the class before has broken the node.
    private void waitsForToolServers() {
        Awaitility.await("the tool servers are ready").atMost(STARTING).until(() -> Stream.of("files", "everything")
                .allMatch(name -> Readiness.isDeploymentReady(
                        client.apps().deployments().inNamespace("tools").withName(name).get())));
    }

    void installs() {
        Images images = Images.built();
        Chart.install(cluster.kubeconfig(), images.operator(), images.guardrail());
        platformAdmin().waitsForOperator();
    }

    void uninstalls() {
        Chart.uninstall(cluster.kubeconfig());
    }

    /** Applies a file of manifests, with values for its variables. */
    void apply(String file, Map<String, String> values) {
        Map<String, String> all = new TreeMap<>(values);
        all.put("kit", KitImage.NAME);
        all.put("namespace", NAMESPACE);
        String text = read(file);
        for (Map.Entry<String, String> value : all.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        for (String document : text.split("(?m)^---$")) {
            HasMetadata resource = (HasMetadata) client.getKubernetesSerialization().unmarshal(document);
            if (resource instanceof Namespace namespace) {
                cluster.namespace(namespace.getMetadata().getName());
            }
            client.resource(resource).patch(APPLY);
        }
    }

    private static String read(String file) {
        try (InputStream in = InstalledCluster.class.getResourceAsStream("/kubernetes/" + file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a namespace that is not governed. */
    void namespace(String name) {
        cluster.namespace(name);
    }

    /** Has the nodes know another image of ours. */
    void loads(Path archive) {
        if (cluster.nodes().takesImages()) {
            Images.load(cluster.nodes(), archive);
        }
    }

    /** Credentials of the admin. */
    String kubeconfig() {
        return cluster.kubeconfig();
    }

    ApiServer admin() {
        return cluster.admin();
    }

    KubernetesClient client() {
        return client;
    }

    AgentOwner agentOwner() {
        return new AgentOwner(client, NAMESPACE);
    }

    PlatformAdmin platformAdmin() {
        return new PlatformAdmin(client, cluster.nodes());
    }

    PolicyAuthor policyAuthor() {
        return new PolicyAuthor(this);
    }

    /** What the tool server for files has on its disk. */
    String fileOfToolServer(String path) throws Exception {
        Pod pod = client.pods().inNamespace("tools").withLabel("app", "files").list().getItems().getFirst();
        return new AgentOwner(client, "tools").runs(pod, "server", "cat", path);
    }

    /** What opens the tool servers' doors. */
    String toolCredential() {
        String encoded = client.secrets().inNamespace("tools").withName("door").get().getData().get("token");
        return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }
}
