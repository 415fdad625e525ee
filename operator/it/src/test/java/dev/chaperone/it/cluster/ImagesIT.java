package dev.chaperone.it.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The images as a node has them after an import alone, which is all that a cluster without a registry does. */
class ImagesIT {
    private static final int HEALTH = 15090;
    private static final long PATIENCE_SECONDS = 180;

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private static Images images;
    private static KubernetesClient client;

    @BeforeAll
    static void createPods() throws Exception {
        images = Images.built();
        client = cluster.client();
        String manifests = Files.readString(Path.of("src/test/resources/cluster/images.yaml"))
                .replace("GUARDRAIL", images.guardrail()).replace("OPERATOR", images.operator());
        List<HasMetadata> resources = client.load(new ByteArrayInputStream(manifests.getBytes(UTF_8))).items();
        cluster.namespace("images");
        resources.forEach(resource -> client.resource(resource).serverSideApply());
    }

    @Test
    void theGuardrailRunsByDigestAndIsHealthyBeforeItIsReady() throws Exception {
        // Given
        PodResource pod = client.pods().inNamespace("images").withName("guardrail");
        Pod running = pod.waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);

        // When
        int health;
        int ready;
        try (LocalPortForward forward = pod.portForward(HEALTH)) {
            health = status(forward.getLocalPort(), "/healthz");
            ready = status(forward.getLocalPort(), "/readyz");
        }

        // Then
        assertThat(health).isEqualTo(200);
        assertThat(ready).isEqualTo(503);
        assertThat(running.getStatus().getContainerStatuses().getFirst().getImageID())
                .endsWith(images.guardrail());
    }

    @Test
    void theGuardrailStartsFromItsAotCache() {
        // Given
        PodResource pod = client.pods().inNamespace("images").withName("guardrail");
        pod.waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);

        // When
        String log = pod.getLog();

        // Then
        assertThat(log).contains("Using AOT-linked classes: true");
    }

    @Test
    void theOperatorRunsByDigest() {
        // Given
        PodResource pod = client.pods().inNamespace("images").withName("operator");

        // When
        Pod ended = pod.waitUntilCondition(
                it -> List.of("Succeeded", "Failed").contains(it.getStatus().getPhase()), PATIENCE_SECONDS,
                TimeUnit.SECONDS);

        // Then
        assertThat(ended.getStatus().getPhase()).isEqualTo("Succeeded");
        assertThat(pod.getLog()).startsWith("chaperone-operator ");
    }

    private static int status(int port, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
