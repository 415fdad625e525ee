package dev.chaperone.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.admission.mutate.PodMutator;
import dev.chaperone.admission.server.AdmissionServer;
import dev.chaperone.admission.server.ServingCertificate;
import dev.chaperone.admission.server.TestingCertificates;
import dev.chaperone.admission.validate.PolicyValidator;
import dev.chaperone.admission.validate.PolicyWorld;
import dev.chaperone.api.Api;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.GuardrailContainer;
import dev.chaperone.injection.GuardrailSettings;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.injection.Owners;
import dev.chaperone.injection.PodInjector;
import dev.chaperone.injection.WorkloadAnnotation;
import dev.chaperone.injection.WorkloadBinding;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.File;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** A real API server asks the webhooks, which run here and are reached by the address of Docker's bridge. */
class WebhooksIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACE = "agents";
    private static final GuardrailSettings SETTINGS = new GuardrailSettings(
            "guardrail@sha256:" + "00".repeat(32), PullPolicy.IF_NOT_PRESENT,
            GuardrailSettings.channelUrl("chaperone-system"), "-----BEGIN CERTIFICATE-----\n", Resources.DEFAULT);
    private static final String POLICY = """
            {"apiVersion": "chaperone.dev/v1alpha1", "kind": "ToolPolicy", "metadata": {"name": "NAME"},
             "spec": {"rules": [{"name": "a", "tools": ["x/y"], "when": "WHEN", "verdict": "Deny"}]}}
            """;

    private static KubernetesCluster cluster;
    private static KubernetesClient client;
    private static AdmissionServer server;

    @BeforeAll
    static void startCluster() throws Exception {
        String address = bridge();
        cluster = KubernetesCluster.start();
        client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
        for (File file : new File("../../crds").listFiles()) {
            client.load(Files.newInputStream(file.toPath())).create();
        }
        client.resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE)
                .addToLabels(Governance.NAMESPACE_LABEL, Governance.GOVERNED).endMetadata().build()).create();
        ServingCertificate certificate = TestingCertificates.create("webhooks", address);
        server = new AdmissionServer(
                0, () -> certificate,
                Map.of(
                        PodMutator.PATH, new PodMutator(
                                new PodInjector(SETTINGS), new WorkloadBinding(WebhooksIT::owner, List.of()),
                                namespace -> true, account -> false, (namespace, workload, labels) -> false,
                                "chaperone-system"),
                        PolicyValidator.PATH, new PolicyValidator(
                                new PolicyCompiler(), () -> PolicyWorld.EMPTY,
                                (namespace, reference, url) -> "nothing is offered")),
                Clock.systemUTC());
        server.start();
        register(certificate, "https://" + address + ":" + server.port());
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            client.close();
            cluster.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aDeploymentsPodsAreGuardedAndBoundToIt() {
        // Given
        client.resource("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: coder, namespace: agents}
                spec:
                  selector: {matchLabels: {app: coder}}
                  template:
                    metadata: {labels: {app: coder}}
                    spec: {containers: [{name: agent, image: 'coder:1', imagePullPolicy: Never}]}
                """).create();

        // When
        Pod pod = await().atMost(Duration.ofMinutes(1)).until(
                () -> client.pods().inNamespace(NAMESPACE).withLabel("app", "coder").list().getItems().stream()
                        .findFirst().orElse(null),
                found -> found != null);

        // Then
        Deployment deployment = client.apps().deployments().inNamespace(NAMESPACE).withName("coder").get();
        assertThat(WorkloadAnnotation.read(pod.getMetadata().getAnnotations().get(GuardrailPod.WORKLOAD_ANNOTATION)))
                .isEqualTo(new Workload("apps/v1", "Deployment", "coder", deployment.getMetadata().getUid()));
        assertThat(pod.getSpec().getInitContainers().getFirst().getImage()).isEqualTo(SETTINGS.image());
    }

    @Test
    void defaultLimitsOfANamespaceDoNotChangeTheGuardrail() throws Exception {
        // Given
        String limited = "limited";
        client.resource(new NamespaceBuilder().withNewMetadata().withName(limited)
                .addToLabels(Governance.NAMESPACE_LABEL, Governance.GOVERNED).endMetadata().build()).create();
        client.serviceAccounts().inNamespace(limited).withName("default")
                .waitUntilCondition(account -> account != null, 60, TimeUnit.SECONDS);
        client.resource(new LimitRangeBuilder().withNewMetadata().withName("defaults").withNamespace(limited)
                .endMetadata().withNewSpec().addNewLimit().withType("Container")
                .addToDefault("cpu", new Quantity("1")).addToDefault("memory", new Quantity("1Gi")).endLimit()
                .endSpec().build()).create();
        String pod = """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "coder-"},
                 "spec": {"containers": [{"name": "agent", "image": "coder:1"}]}}
                """;

        // When
        JsonNode stored = await().atMost(Duration.ofMinutes(1)).until(
                () -> JSON.readTree(post("api/v1/namespaces/" + limited + "/pods", pod).bodyString()),
                answer -> answer.at("/spec/containers/0/resources/limits").has("cpu"));

        // Then
        assertThat(stored.at("/spec/initContainers/0"))
                .isEqualTo(JSON.readTree(JSON.writeValueAsBytes(GuardrailContainer.container(SETTINGS))));
    }

    @Test
    void aForgedOwnerIsRefused() throws Exception {
        HttpResponse<String> answer = post("api/v1/namespaces/" + NAMESPACE + "/pods", """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "forged", "ownerReferences": [
                  {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "coder-5d", "uid": "1", "controller": true}]},
                 "spec": {"containers": [{"name": "agent", "image": "coder:1"}]}}
                """);

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.bodyString()).contains("is not the controller of ReplicaSets");
    }

    @Test
    void aPolicyThatDoesNotCompileIsRefusedWithACaret() throws Exception {
        HttpResponse<String> answer = post(policies(),
                POLICY.replace("NAME", "broken").replace("WHEN", "tool.nam == 'y'"));

        assertThat(answer.code()).isEqualTo(422);
        assertThat(JSON.readTree(answer.bodyString()).path("message").asText()).contains(
                "error: ToolPolicy agents/broken, spec.rules[0].when: undefined field 'nam'\n    tool.nam == 'y'\n");
    }

    @Test
    void whatALooserPolicyPermitsIsAWarning() throws Exception {
        // Given
        String policy = POLICY.replace("NAME", "sound");
        client.resource(policy.replace("WHEN", "tool.name == 'y'")).inNamespace(NAMESPACE).create();

        // When
        var http = client.getHttpClient();
        HttpResponse<String> answer = http.sendAsync(
                http.newHttpRequestBuilder()
                        .uri(client.getMasterUrl() + policies() + "/sound?fieldManager=test")
                        .method("PATCH", "application/merge-patch+json", "{\"spec\": {\"defaultVerdict\": \"Allow\"}}")
                        .build(),
                String.class).get(30, TimeUnit.SECONDS);

        // Then
        assertThat(answer.code()).as(answer.bodyString()).isEqualTo(200);
        assertThat(answer.headers("Warning"))
                .containsExactly("299 - \"defaultVerdict goes from NoOpinion to Allow\"");
    }

    @Test
    void applyingTheConfigurationsAgainChangesNothing() {
        for (HasMetadata configuration : List.of(
                WebhookConfigurations.mutating(pem("x"), "chaperone-system"),
                WebhookConfigurations.validating(pem("x"), "chaperone-system"))) {
            // Given
            configuration.getMetadata().setName("chaperone-again");
            JsonNode wanted = JSON.valueToTree(configuration);
            HasMetadata first = client.resource(configuration).fieldManager(Api.FIELD_MANAGER).serverSideApply();

            // When
            HasMetadata second = client.resource(configuration).fieldManager(Api.FIELD_MANAGER).serverSideApply();

            // Then
            client.resource(configuration).delete();
            assertThat(second.getMetadata().getResourceVersion()).isEqualTo(first.getMetadata().getResourceVersion());
            JsonNode stored = JSON.valueToTree(second);
            assertThat(stored.path("webhooks")).isEqualTo(wanted.path("webhooks"));
        }
    }

    private static void register(ServingCertificate certificate, String url) throws Exception {
        String ca = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.chain().getFirst().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        var mutating = WebhookConfigurations.mutating(ca, "chaperone-system");
        mutating.getWebhooks().forEach(webhook -> webhook.setClientConfig(at(url, webhook.getClientConfig())));
        var validating = WebhookConfigurations.validating(ca, "chaperone-system");
        validating.getWebhooks().forEach(webhook -> webhook.setClientConfig(at(url, webhook.getClientConfig())));
        client.resource(mutating).create();
        client.resource(validating).create();
        await().atMost(Duration.ofMinutes(1)).until(
                () -> post(policies(), POLICY.replace("NAME", "probe").replace("WHEN", "nothing")).code() == 422);
        await().atMost(Duration.ofMinutes(1)).until(() -> post("api/v1/namespaces/" + NAMESPACE + "/pods", """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "probe-"},
                 "spec": {"containers": [{"name": "agent", "image": "coder:1"}]}}
                """).bodyString().contains(GuardrailPod.CONTAINER));
    }

    private static WebhookClientConfig at(String url, WebhookClientConfig service) {
        return new WebhookClientConfigBuilder()
                .withCaBundle(service.getCaBundle()).withUrl(url + service.getService().getPath()).build();
    }

    private static String pem(String content) throws IllegalArgumentException {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(
                            TestingCertificates.create(content).chain().getFirst().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Owners.Owner owner(String namespace, String apiVersion, String kind, String name, String uid) {
        String path = "/apis/" + apiVersion + "/namespaces/" + namespace + "/" + kind.toLowerCase(Locale.ROOT) + "s/"
                + name;
        try {
            String live = client.raw(path);
            return live == null ? null : Owners.Owner.of(JSON.readTree(live.getBytes(StandardCharsets.UTF_8)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String policies() {
        return "apis/" + Api.API_VERSION + "/namespaces/" + NAMESPACE + "/toolpolicies";
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        var http = client.getHttpClient();
        return http.sendAsync(
                http.newHttpRequestBuilder().uri(client.getMasterUrl() + path + "?dryRun=All")
                        .post("application/json", body).build(),
                String.class).get(30, TimeUnit.SECONDS);
    }

    private static String bridge() throws Exception {
        NetworkInterface docker = NetworkInterface.getByName("docker0");
        String address = docker == null
                ? null
                : docker.inetAddresses().filter(Inet4Address.class::isInstance).findFirst()
                        .map(found -> found.getHostAddress()).orElse(null);
        if (address == null) {
            String reason = "skipped: no bridge of Docker by which an API server could ask";
            System.err.println(reason);
            throw new TestAbortedException(reason);
        }
        return address;
    }
}
