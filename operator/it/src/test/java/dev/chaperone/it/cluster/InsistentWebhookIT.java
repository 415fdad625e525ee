package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.it.kubernetes.Answer;
import dev.chaperone.it.kubernetes.ApiServer;
import dev.chaperone.it.kubernetes.Manifests;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Another mutating webhook that is asked again after ours and wants its way: a pod that is created is whole, and one
 * that it would have spoilt is refused.
 */
class InsistentWebhookIT {
    private static final String PODS = "api/v1/namespaces/" + InstalledCluster.NAMESPACE + "/pods";
    private static final String WEBHOOKS = "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private static final String SHAPE = "apis/chaperone.dev/v1alpha1/guardrailshapes/chaperone";
    private static final Duration IN_FORCE = Duration.ofSeconds(60);
    private static final List<String> VOLUMES = List.of("chaperone-token", "chaperone-state", "chaperone-audit");

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private static ApiServer admin;
    private static String authority;

    private String configuration = "";

    @BeforeAll
    static void anotherWebhookRuns(@TempDir Path directory) throws Exception {
        admin = cluster.admin();
        Path file = directory.resolve("server.p12");
        int exit = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "insistent", "-keyalg", "EC", "-dname", "CN=insistent", "-ext", "bc=ca:true",
                "-ext", "san=dns:insistent.tools.svc", "-storetype", "PKCS12", "-storepass", "insistent",
                "-keystore", file.toString()).inheritIO().start().waitFor();
        assertThat(exit).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "insistent".toCharArray());
        }
        String pem = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getCertificate("insistent").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        authority = Base64.getEncoder().encodeToString(pem.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        cluster.apply("insistent-webhook.yaml",
                Map.of("keystore", Base64.getEncoder().encodeToString(Files.readAllBytes(file))));
        cluster.client().pods().inNamespace("tools").withName("insistent").waitUntilReady(120, TimeUnit.SECONDS);
    }

    @AfterEach
    void itIsAskedNoMore() {
        admin.delete(PODS + "/wanted");
        admin.delete(WEBHOOKS + "/" + configuration);
    }

    @AfterAll
    static void itEnds() {
        cluster.client().pods().inNamespace("tools").withName("insistent").delete();
    }

    /**
     * Webhooks are asked by the order of their configurations' names, and once more after a change by another: where
     * ours comes after, it puts right what it can.
     */
    @ParameterizedTest
    @CsvSource({
            "aa, last, whole", "zz, last, refused",
            "aa, first, whole", "zz, first, refused",
            "aa, gone, whole", "zz, gone, refused",
            "aa, environment, whole", "zz, environment, refused",
            "aa, image, whole", "zz, image, refused",
            "aa, mounted, refused", "zz, mounted, refused",
            "aa, mounts, whole", "zz, mounts, refused",
            "aa, sidecar, whole", "zz, sidecar, whole"})
    void noPodIsSpoilt(String prefix, String change, String outcome) {
        // Given
        isAsked(prefix + "-insistent", change);

        // When
        Answer answer = Awaitility.await("it is asked").atMost(IN_FORCE).until(this::create,
                answered -> answered.warnings().stream().anyMatch(it -> it.contains("insistent was asked")));

        // Then
        if (answer.accepted()) {
            assertWhole(answer.body());
        } else {
            assertThat(answer.refusal()).contains("'chaperone-pod-shape'");
        }
        assertThat(answer.accepted() ? "whole" : "refused").isEqualTo(outcome);
    }

    private void isAsked(String name, String change) {
        configuration = name;
        Answer made = admin.create(WEBHOOKS, Manifests.parse("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata: {name: %s, labels: {chaperone-stories: "true"}}
                webhooks:
                - name: pods.insistent.example
                  admissionReviewVersions: [v1]
                  sideEffects: None
                  reinvocationPolicy: IfNeeded
                  clientConfig:
                    service: {name: insistent, namespace: tools, path: /%s}
                    caBundle: %s
                  objectSelector: {matchLabels: {app: wanted}}
                  rules: [{apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
                """.formatted(name, change, authority)));
        assertThat(made.refusal()).isEmpty();
    }

    private Answer create() {
        admin.delete(PODS + "/wanted?gracePeriodSeconds=0");
        return admin.create(PODS, Manifests.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: wanted, labels: {app: wanted}}
                spec:
                  nodeSelector: {chaperone.dev/nowhere: "true"}
                  securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}
                  initContainers:
                  - name: setup
                    image: none
                    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                  containers:
                  - name: agent
                    image: none
                    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                  volumes: [{name: work, emptyDir: {}}]
                """));
    }

    private static void assertWhole(JsonNode pod) {
        JsonNode shape = admin.get(SHAPE).body();
        assertThat(pod.at("/spec/initContainers/0")).isEqualTo(shape.at("/spec/containers/0"));
        assertThat(pod.at("/spec/volumes")).containsAll(shape.at("/spec/volumes"));
        pod.get("spec").withArray("containers").forEach(
                container -> assertThat(container.at("/volumeMounts").findValuesAsText("name"))
                        .doesNotContainAnyElementsOf(VOLUMES));
    }
}
