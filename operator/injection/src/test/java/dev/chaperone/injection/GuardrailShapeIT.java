package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real API server stores the guardrail's container and volumes as they were written, adding nothing. */
class GuardrailShapeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACE = "restricted";
    private static final String POD = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "coder-"},
             "spec": {"containers": [{"name": "agent", "image": "coder:1", "securityContext": {
               "allowPrivilegeEscalation": false, "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]},
               "seccompProfile": {"type": "RuntimeDefault"}}}]}}
            """;

    private static KubernetesCluster cluster;
    private static KubernetesClient client;

    @BeforeAll
    static void startCluster() {
        cluster = KubernetesCluster.start();
        client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
        client.resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted").endMetadata().build()).create();
        for (String namespace : List.of(NAMESPACE, "default")) {
            client.serviceAccounts().inNamespace(namespace).withName("default")
                    .waitUntilCondition(Objects::nonNull, 60, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            client.close();
            cluster.close();
        }
    }

    // Of a pod of its own the name is not known before it is stored.
    private static final Workload CODER = new Workload("apps/v1", "Deployment", "coder", "w");

    static Stream<GuardrailSettings> settings() {
        return Stream.of(Settings.TYPICAL, new GuardrailSettings(
                Settings.TYPICAL.image(), PullPolicy.ALWAYS, Settings.TYPICAL.channelUrl(),
                Settings.TYPICAL.channelCa(), new Resources("0.05", "131072Ki", "1000m", "0.5Gi")));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void isStoredAsItWasWritten(GuardrailSettings settings) throws Exception {
        // When
        JsonNode stored = create(
                NAMESPACE, new PodInjector(settings).inject(JSON.readTree(POD), Workload.POD), Workload.POD);

        // Then
        assertThat(stored.at("/spec/initContainers/0")).isEqualTo(tree(GuardrailContainer.container(settings)));
        assertThat(stored.at("/spec/volumes")).contains(
                GuardrailContainer.volumes().stream().map(GuardrailShapeIT::tree).toArray(JsonNode[]::new));
        assertThat(mountsOf(stored.at("/spec/containers/0"))).anyMatch(name -> name.startsWith("kube-api-access-"));
    }

    @Test
    void whatIsStoredNeedsNoPatch() throws Exception {
        // Given
        PodInjector injector = new PodInjector(Settings.TYPICAL);
        JsonNode stored = create(NAMESPACE, injector.inject(JSON.readTree(POD), CODER), CODER);

        // When
        JsonNode again = injector.inject(stored, CODER);

        // Then
        assertThat(JsonPatch.between(stored, again)).isEmpty();
    }

    /** Not in a namespace that is restricted: the lock needs NET_ADMIN. */
    @ParameterizedTest
    @MethodSource("settings")
    void theLockIsStoredAsItWasWrittenToo(GuardrailSettings settings) throws Exception {
        // Given
        PodInjector injector = new PodInjector(settings);

        // When
        JsonNode stored = create("default", injector.injectLocked(JSON.readTree(POD), CODER), CODER);

        // Then
        assertThat(stored.at("/spec/initContainers/0")).isEqualTo(tree(GuardrailContainer.container(settings)));
        assertThat(stored.at("/spec/initContainers/1")).isEqualTo(tree(EgressLockContainer.container(settings)));
        assertThat(JsonPatch.between(stored, injector.injectLocked(stored, CODER))).isEmpty();
    }

    private static Stream<String> mounts(JsonNode container) {
        return StreamSupport.stream(container.path("volumeMounts").spliterator(), false)
                .map(mount -> mount.path("name").asText());
    }

    private static Iterable<String> mountsOf(JsonNode container) {
        return mounts(container).toList();
    }

    // Compared as it is written: a tree keeps the kinds of numbers that it was made with.
    private static JsonNode tree(ObjectNode node) {
        try {
            return JSON.readTree(JSON.writeValueAsBytes(node));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonNode create(String namespace, ObjectNode pod, Workload workload) throws Exception {
        var http = client.getHttpClient();
        HttpResponse<String> answer = http.sendAsync(
                http.newHttpRequestBuilder()
                        .uri(client.getMasterUrl() + "api/v1/namespaces/" + namespace
                                + "/pods?dryRun=All&fieldValidation=Strict")
                        .post("application/json", JSON.writeValueAsString(pod)).build(),
                String.class).get(30, TimeUnit.SECONDS);
        assertThat(answer.code()).as(answer.bodyString()).isEqualTo(201);
        JsonNode stored = JSON.readTree(answer.bodyString());
        assertThat(stored.at("/metadata/annotations/" + GuardrailPod.WORKLOAD_ANNOTATION.replace("/", "~1")).asText())
                .isEqualTo(WorkloadAnnotation.write(workload));
        return stored;
    }
}
