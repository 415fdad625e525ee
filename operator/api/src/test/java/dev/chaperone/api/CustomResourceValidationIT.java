package dev.chaperone.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.kubernetes.client.utils.Utils;
import java.io.File;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real API server takes every valid manifest, and refuses every other in the words that its author will read. */
class CustomResourceValidationIT {
    private static final Map<String, Class<? extends CustomResource<?, ?>>> KINDS = CrdGenerator.KINDS.stream()
            .collect(Collectors.toMap(HasMetadata::getKind, kind -> kind));

    private static KubernetesCluster cluster;
    private static KubernetesClient client;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = KubernetesCluster.start();
        client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
        for (File file : new File("../../crds").listFiles()) {
            var crd = Serialization.unmarshal(java.nio.file.Files.readString(file.toPath()),
                    CustomResourceDefinition.class);
            client.resource(crd).create();
        }
        for (Class<? extends CustomResource<?, ?>> kind : KINDS.values()) {
            client.apiextensions().v1().customResourceDefinitions().withName(HasMetadata.getFullResourceName(kind))
                    .waitUntilCondition(CustomResourceValidationIT::established, 120, TimeUnit.SECONDS);
        }
    }

    private static boolean established(CustomResourceDefinition crd) {
        return crd != null && crd.getStatus() != null && crd.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            client.close();
            cluster.close();
        }
    }

    static Stream<Manifest> valid() {
        return Manifest.all().filter(Manifest::validToServer);
    }

    static Stream<Manifest> invalid() {
        return Manifest.all().filter(manifest -> !manifest.validToServer());
    }

    static Stream<Manifest> alwaysInvalid() {
        return invalid().filter(manifest -> !manifest.refusedOnlyWhenStrict());
    }

    @ParameterizedTest
    @MethodSource("valid")
    void takes(Manifest manifest) throws Exception {
        // When
        HttpResponse<String> answer = create(manifest, "Strict");

        // Then
        assertThat(answer.code()).as(answer.bodyString()).isEqualTo(201);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesInTheseWords(Manifest manifest) throws Exception {
        // When
        HttpResponse<String> answer = create(manifest, "Strict");

        // Then
        assertThat(answer.code()).as(answer.bodyString()).isBetween(400, 422);
        assertThat(manifest.expected()).isNotEmpty();
        assertThat(Serialization.unmarshal(answer.bodyString(), Map.class).get("message").toString())
                .contains(manifest.expected());
    }

    @ParameterizedTest
    @MethodSource("alwaysInvalid")
    void refusesAlsoWhenTheClientDoesNotAskForStrictValidation(Manifest manifest) throws Exception {
        // When
        HttpResponse<String> answer = create(manifest, "Ignore");

        // Then
        assertThat(answer.code()).as(answer.bodyString()).isBetween(400, 422);
    }

    // Sent as it is written: any client library would tidy away what is to be refused.
    private static HttpResponse<String> create(Manifest manifest, String fieldValidation) throws Exception {
        Class<? extends CustomResource<?, ?>> kind = KINDS.getOrDefault(manifest.kind(), ToolServer.class);
        String namespace = Utils.isResourceNamespaced(kind) ? "/namespaces/default" : "";
        String url = client.getMasterUrl() + "apis/" + Api.API_VERSION + namespace + "/" + HasMetadata.getPlural(kind)
                + "?dryRun=All&fieldValidation=" + fieldValidation;
        var http = client.getHttpClient();
        var request = http.newHttpRequestBuilder().uri(url)
                .post(manifest.isJson() ? "application/json" : "application/yaml", manifest.text()).build();
        return http.sendAsync(request, String.class).get(30, TimeUnit.SECONDS);
    }
}
