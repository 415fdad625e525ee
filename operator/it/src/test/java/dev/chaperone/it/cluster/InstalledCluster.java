package dev.chaperone.it.cluster;

import com.marcnuri.helm.Helm;
import dev.chaperone.it.interop.KitImage;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
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
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster with Chaperone installed by its chart, tool servers, and a governed namespace with an agent. */
final class InstalledCluster implements BeforeAllCallback, AutoCloseable {
    /** The governed namespace. */
    static final String NAMESPACE = "agents";

    static final String OPERATOR_NAMESPACE = "chaperone-system";

    static final Path CHART = Path.of("../../charts/chaperone");
    private static final Duration STARTING = Duration.ofMinutes(4);
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager("story").withForce(true).build();

    private KubernetesCluster cluster;
    private KubernetesClient client;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        // One cluster for all stories; closed by JUnit when the last is told.
        InstalledCluster shared = context.getRoot().getStore(ExtensionContext.Namespace.create(InstalledCluster.class))
                .computeIfAbsent(InstalledCluster.class, key -> start(), InstalledCluster.class);
        cluster = shared.cluster;
        client = shared.client;
    }

    private static InstalledCluster start() {
        InstalledCluster installed = new InstalledCluster();
        Images images;
        try {
            images = Images.built();
            Path kit = KitImage.archive();
            installed.cluster = KubernetesCluster.start();
            images.load(installed.cluster);
            installed.cluster.load(kit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        installed.client = new KubernetesClientBuilder().withHttpClientFactory(new JdkHttpClientFactory())
                .withConfig(Config.fromKubeconfig(installed.cluster.kubeconfig())).build();
        installed.apply("tool-servers.yaml", Map.of());
        new Helm(CHART).install().withName("chaperone").withNamespace(OPERATOR_NAMESPACE).createNamespace()
                .withKubeConfigContents(installed.cluster.kubeconfig())
                .set("operator.image", images.operator())
                .set("guardrail.image", images.guardrail())
                .call();
        installed.client.apps().deployments().inNamespace(OPERATOR_NAMESPACE).withName("chaperone-operator")
                .waitUntilCondition(
                        deployment -> deployment != null && deployment.getStatus() != null && Objects.equals(
                                deployment.getStatus().getReadyReplicas(), deployment.getSpec().getReplicas()),
                        STARTING.toSeconds(), TimeUnit.SECONDS);
        installed.apply("namespace.yaml", Map.of());
        Awaitility.await("policies are taken").atMost(STARTING).ignoreExceptions().until(() -> {
            installed.apply("governed.yaml", Map.of("longest", "100"));
            return true;
        });
        installed.apply("agent.yaml", Map.of("replicas", "1"));
        return installed;
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

    KubernetesClient client() {
        return client;
    }

    AgentOwner agentOwner() {
        return new AgentOwner(client, NAMESPACE);
    }

    PlatformAdmin platformAdmin() {
        return new PlatformAdmin(client, cluster);
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

    @Override
    public void close() {
        client.close();
        cluster.close();
    }
}
