package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.it.kubernetes.Answer;
import dev.chaperone.it.kubernetes.ApiServer;
import dev.chaperone.it.kubernetes.Chart;
import dev.chaperone.it.kubernetes.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pipelines do with policies: try them, apply them, apply them again, and wait until they are in force. */
class GitOpsIT {
    private static final String KINDS = "apis/chaperone.dev/v1alpha1/namespaces/" + InstalledCluster.NAMESPACE + "/";
    private static final Path EXAMPLES = Path.of("../../policies");
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SECRET = "api/v1/namespaces/" + InstalledCluster.OPERATOR_NAMESPACE
            + "/secrets/pipeline";
    private static final String POLICY = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolPolicy
            metadata: {name: pipeline, namespace: agents}
            spec:
              agentSelector: {matchLabels: {app: nobody}}
              rules:
              - {name: echo, tools: ["everything/echo"], when: "size(args.message) < 5", verdict: Allow}
            """;
    private static final String SERVER = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolServer
            metadata: {name: pipeline, namespace: agents}
            spec:
              url: http://pipeline.tools.svc:8080/mcp
              credentials: {secretRef: {name: pipeline, key: token}}
            """;

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private ApiServer admin;

    @BeforeEach
    void aCredentialIsOffered() {
        admin = cluster.admin();
        assertThat(admin.apply(SECRET, Manifests.parse("""
                apiVersion: v1
                kind: Secret
                metadata:
                  name: pipeline
                  namespace: chaperone-system
                  labels: {chaperone.dev/credential: "true"}
                  annotations: {chaperone.dev/namespaces: agents, chaperone.dev/hosts: "pipeline.tools.svc:8080"}
                stringData: {token: not-to-be-seen}
                """), "story").refusal()).isEmpty();
    }

    @AfterEach
    void nothingStays() {
        admin.delete(KINDS + "toolpolicies/pipeline");
        admin.delete(KINDS + "toolservers/pipeline");
        admin.delete(SECRET);
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleWouldBeTaken(Path file) throws Exception {
        for (String document : Files.readString(file).split("(?m)^---$")) {
            // Given
            ObjectNode object = Manifests.parse(document);

            // When
            Answer answer = admin.dryRunApply(path(object), object, "kubectl");

            // Then
            assertThat(answer.refusal()).isEmpty();
        }
    }

    private static String path(JsonNode object) {
        String kind = object.path("kind").asText();
        String plural = kind.endsWith("y") ? kind.replaceAll("y$", "ies") : kind + "s";
        return KINDS + plural.toLowerCase(java.util.Locale.ROOT) + "/" + object.at("/metadata/name").asText();
    }

    @Test
    void aPolicyThatDoesNotCompileIsRefusedWhenItIsTried() {
        // Given
        ObjectNode policy = Manifests.parse(POLICY.replace("size(", "sise("));

        // When
        Answer answer = admin.dryRunApply(path(policy), policy, "kubectl");

        // Then
        assertThat(answer.refusal())
                .contains("ToolPolicy agents/pipeline, spec.rules[0].when", "^", "did you mean 'size'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"argocd-controller", "kustomize-controller"})
    void anotherApplyChangesNothing(String manager) {
        // Given
        List<ObjectNode> objects = Stream.of(POLICY, SERVER).map(Manifests::parse).toList();
        for (ObjectNode object : objects) {
            assertThat(admin.apply(path(object), object, manager).refusal()).isEmpty();
            isCurrent(path(object));
        }

        for (ObjectNode object : objects) {
            JsonNode live = settled(path(object));

            // When
            JsonNode again = admin.apply(path(object), object, manager).body();

            // Then
            assertThat(again).isEqualTo(live);
            assertThat(again.at("/metadata/generation").asInt()).isEqualTo(1);
        }
    }

    /** As it is when nobody has written its status for a while. */
    private JsonNode settled(String path) {
        JsonNode[] last = {admin.get(path).body()};
        Awaitility.await(path + " is settled").atMost(SOON).pollInterval(Duration.ofSeconds(3)).until(() -> {
            JsonNode before = last[0];
            last[0] = admin.get(path).body();
            return last[0].equals(before);
        });
        return last[0];
    }

    private void isCurrent(String path) {
        Awaitility.await(path + " is current").atMost(SOON)
                .until(() -> kstatus(admin.get(path).body()).equals("Current"));
    }

    @Test
    void theOperatorWritesNothingIntoTheChartsObjects() throws Exception {
        // Given
        List<ObjectNode> objects = new ArrayList<>();
        String manifests = Chart.templateWithDefaults().set("operator.image", operatorImage("operator"))
                .set("guardrail.image", Images.built().guardrail()).call();
        for (String document : manifests.split("(?m)^---$")) {
            if (document.contains("ValidatingAdmissionPolicy\n") || document.contains("kind: ClusterRole\n")
                    || document.contains("kind: Deployment\n")) {
                objects.add(Manifests.parse(document));
            }
        }
        assertThat(objects).hasSizeGreaterThan(10);

        for (ObjectNode object : objects) {
            JsonNode live = admin.get(chartPath(object)).body();

            // When
            JsonNode again = admin.dryRunApply(chartPath(object), object, "argocd-controller").body();

            // Then
            assertThat(again.path("spec")).isEqualTo(live.path("spec"));
            assertThat(again.path("rules")).isEqualTo(live.path("rules"));
            assertThat(again.at("/metadata/generation")).isEqualTo(live.at("/metadata/generation"));
        }
    }

    private static String operatorImage(String container) {
        return cluster.client().apps().deployments().inNamespace(InstalledCluster.OPERATOR_NAMESPACE)
                .withName("chaperone-operator").get().getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(it -> it.getName().equals(container)).findFirst().orElseThrow().getImage();
    }

    private static String chartPath(JsonNode object) {
        String name = object.at("/metadata/name").asText();
        return switch (object.path("kind").asText()) {
            case "Deployment" -> "apis/apps/v1/namespaces/" + InstalledCluster.OPERATOR_NAMESPACE + "/deployments/"
                    + name;
            case "ClusterRole" -> "apis/rbac.authorization.k8s.io/v1/clusterroles/" + name;
            default -> "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/" + name;
        };
    }

    @Test
    void waitingForHealthEndsWhenPodsDecideByIt() {
        for (String path : List.of("toolpolicies/coder", "toolservers/files", "agents/coder",
                "guardrailconfigs/coder")) {
            isCurrent(KINDS + path);
        }
    }

    @Test
    void aServerWhoseCredentialIsTakenAwayIsNotHealthy() {
        // Given
        ObjectNode server = Manifests.parse(SERVER);
        assertThat(admin.apply(path(server), server, "argocd-controller").refusal()).isEmpty();
        isCurrent(path(server));

        // When
        admin.delete(SECRET);

        // Then
        Awaitility.await("it is not healthy").atMost(SOON)
                .until(() -> kstatus(admin.get(path(server)).body()).equals("InProgress") && admin.get(path(server))
                        .body().path("status").toString().contains("CredentialNotOffered"));
        assertThat(admin.get(path(server)).body().path("status").toString()).doesNotContain("not-to-be-seen");
    }

    /** As Flux and kubectl wait see objects of kinds that they do not know: the rules of kstatus. */
    private static String kstatus(JsonNode object) {
        JsonNode status = object.path("status");
        if (status.path("observedGeneration").asLong(-1) != object.at("/metadata/generation").asLong()) {
            return "InProgress";
        }
        for (JsonNode condition : status.path("conditions")) {
            boolean holds = condition.path("status").asText().equals("True");
            switch (condition.path("type").asText()) {
                case "Stalled" -> {
                    if (holds) {
                        return "Failed";
                    }
                }
                case "Reconciling" -> {
                    if (holds) {
                        return "InProgress";
                    }
                }
                case "Ready" -> {
                    if (!holds) {
                        return "InProgress";
                    }
                }
                default -> {
                    // Says something else.
                }
            }
        }
        return "Current";
    }

    @ParameterizedTest
    @ValueSource(strings = {"ToolPolicy", "ClusterToolPolicy", "ToolServer", "ClusterToolServer", "Agent",
            "GuardrailConfig", "GuardrailShape"})
    void everyFieldIsExplained(String kind) {
        // When
        JsonNode schemas = admin.get("openapi/v3/apis/chaperone.dev/v1alpha1").body().at("/components/schemas");

        // Then
        List<String> silent = new ArrayList<>();
        JsonNode schema = schemas.path("dev.chaperone.v1alpha1." + kind);
        assertThat(schema.path("description").asText()).isNotEmpty();
        for (String part : List.of("spec", "status")) {
            silent(schema.path("properties").path(part), part, silent);
        }
        assertThat(silent).isEmpty();
    }

    private static void silent(JsonNode schema, String path, List<String> silent) {
        for (var property : schema.path("properties").properties()) {
            String name = path + "." + property.getKey();
            if (property.getValue().path("description").asText().isEmpty() && !name.contains(".conditions")) {
                silent.add(name);
            }
            silent(property.getValue(), name, silent);
            silent(property.getValue().path("items"), name + "[]", silent);
        }
    }
}
