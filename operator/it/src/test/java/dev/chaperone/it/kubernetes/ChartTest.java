package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the chart makes, without a cluster. */
class ChartTest {
    private static final Path EXPECTED = Path.of("src/test/resources/chart");
    private static final Path CRDS = Path.of("../../crds");

    private static final String UPDATE = "after a change that is meant: mvn test -pl operator/it -am -Dtest=ChartTest"
            + " -Dgolden.update=true -Dsurefire.failIfNoSpecifiedTests=false";

    @TempDir
    Path directory;

    @Test
    void the_strict_linter_finds_nothing() {
        // When
        LintResult lint = Chart.lint();

        // Then
        assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
    }

    @Test
    void makes_what_was_reviewed() throws IOException {
        // When
        String made = Chart.template().set("crds.install", false).call();

        // Then
        assertReviewed("default.yaml", made);
    }

    @Test
    void makes_of_other_values_what_was_reviewed() throws IOException {
        // Given
        List<String> byDefault = documents(Chart.template().set("crds.install", false).call());

        // When
        List<String> made = documents(Chart.template().set("crds.install", false)
                .withValuesFile(EXPECTED.resolve("other-values.yaml")).call());

        // Then
        assertReviewed("differences.yaml", made.stream().filter(document -> !byDefault.contains(document))
                .collect(Collectors.joining("---\n")));
    }

    private static void assertReviewed(String file, String made) throws IOException {
        Path golden = EXPECTED.resolve(file);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, made);
        }
        assertThat(made).as(UPDATE).isEqualTo(Files.readString(golden));
    }

    private static List<String> documents(String manifests) {
        return List.of(manifests.split("(?m)^---\n"));
    }

    @Test
    void holds_the_very_crds_of_the_repository() throws IOException {
        // Given
        Path copies = Chart.FOLDER.resolve("files/crds");
        if (Boolean.getBoolean("golden.update")) {
            for (String stale : files(copies).keySet()) {
                Files.delete(copies.resolve(stale));
            }
            for (Map.Entry<String, String> file : files(CRDS).entrySet()) {
                Files.writeString(copies.resolve(file.getKey()), file.getValue());
            }
        }

        // When
        Map<String, String> held = files(copies);

        // Then
        assertThat(held).as(UPDATE).isEqualTo(files(CRDS));
    }

    @Test
    void keeps_every_crd_on_uninstall_and_changes_nothing_else_of_it() throws IOException {
        // When
        List<String> made = documents(Chart.template().call());

        // Then
        List<CustomResourceDefinition> crds = made.stream()
                .filter(document -> document.contains("\nkind: CustomResourceDefinition\n"))
                .map(document -> Serialization.unmarshal(document, CustomResourceDefinition.class)).toList();
        assertThat(crds).allSatisfy(
                crd -> assertThat(crd.getMetadata().getAnnotations()).containsEntry("helm.sh/resource-policy", "keep"));
        assertThat(crds).extracting(CustomResourceDefinition::getSpec).containsExactlyElementsOf(files(CRDS).values()
                .stream().map(text -> Serialization.unmarshal(text, CustomResourceDefinition.class).getSpec())
                .toList());
    }

    @Test
    void names_the_images_and_refuses_to_guess_them() {
        // Given
        TemplateCommand template = Chart.templateWithDefaults().set("operator.image", Chart.OPERATOR_IMAGE);

        // When, Then
        assertThatThrownBy(template::call)
                .hasMessageContaining("guardrail.image is required: the guardrail's image, name@sha256:digest");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            guardrail.image                    | chaperone-guardrail:latest | does not match pattern
            guardrail.image                    | g@sha256:12                | does not match pattern
            guardrail.pullPolicy               | Sometimes                  | must be one of
            guardrail.resources.limits.memory  | lots                       | does not match pattern
            guardrail.securityContext.runAsUser| 0                          | not allowed
            operator.replicas                  | 0                          | minimum
            operator.replica                   | 3                          | not allowed
            operator.env[0].valueFrom          | x                          | not allowed
            policies.enabled                   | false                      | not allowed
            audit.otlp.endpoint                | collector:4318             | does not match pattern
            audit.otlp.headersSecret           | Head/ers                   | does not match pattern
            audit.otlp.token                   | s3cret                     | not allowed
            crds.install                       | perhaps                    | boolean
            monitoring.prometheusRule.enabled  | perhaps                    | boolean
            monitoring.podMonitors.interval    | 5s                         | not allowed
            """)
    void refuses_values_that_mean_nothing(String key, String value, String refusal) {
        // Given
        TemplateCommand template = Chart.template().set(key, value);

        // When, Then
        assertThatThrownBy(template::call).hasMessageContaining("values don't meet the specifications of the schema")
                .hasMessageContaining(refusal);
    }

    @Test
    void gives_alerts_and_dashboard_as_they_lie_in_its_files() throws IOException {
        // When
        List<GenericKubernetesResource> made = objects(Chart.template().set("crds.install", false)
                .set("monitoring.prometheusRule.enabled", true).set("monitoring.grafanaDashboard.enabled", true)
                .call());

        // Then
        assertThat(made).filteredOn(object -> object.getKind().equals("PrometheusRule")).singleElement()
                .satisfies(rule -> assertThat(rule.<Object>get("spec")).isEqualTo(Serialization.unmarshal(
                        Files.readString(Chart.FOLDER.resolve("files/alerts.yaml")), Object.class)));
        assertThat(made).filteredOn(object -> object.getMetadata().getName().equals("chaperone-dashboard"))
                .singleElement().satisfies(dashboard -> {
                    assertThat(dashboard.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
                    assertThat(dashboard.<String>get("data", "chaperone.json"))
                            .isEqualTo(Files.readString(Chart.FOLDER.resolve("files/dashboard.json")));
                });
    }

    @Test
    void takes_another_namespace_as_the_operators() {
        // When
        String made = Chart.template().withNamespace("guards").set("crds.install", false).call();

        // Then
        assertThat(made).doesNotContain(Chart.NAMESPACE)
                .contains("values: [kube-system, \"guards\"]")
                .contains("system:serviceaccount:guards:chaperone-operator");
    }

    /** One replica cannot be spared, and a budget that spares it would block every drain of its node. */
    @Test
    void has_no_disruption_budget_for_one_replica() {
        // When
        String made = Chart.template().set("operator.replicas", 1).call();

        // Then
        assertThat(made).contains("replicas: 1").doesNotContain("PodDisruptionBudget");
    }

    @Test
    void the_policies_name_what_the_api_names() {
        // When
        Map<String, String> policies = objects(Chart.template().set("crds.install", false).call()).stream()
                .filter(object -> object.getKind().equals("ValidatingAdmissionPolicy"))
                .collect(Collectors.toMap(policy -> policy.getMetadata().getName(), Serialization::asYaml));

        // Then
        assertThat(policies.get("chaperone-pod-shape")).contains("'" + GuardrailPod.CONTAINER + "'",
                "'" + GuardrailPod.TOKEN_VOLUME + "'", "'" + GuardrailPod.STATE_VOLUME + "'",
                "'" + GuardrailPod.AUDIT_VOLUME + "'",
                "'" + GuardrailPod.TOKEN_AUDIENCE + "'", "'" + GuardrailPod.WORKLOAD_ANNOTATION + "'",
                "!= " + GuardrailPod.UID, Governance.NAMESPACE_LABEL + ": \"" + Governance.GOVERNED + "\"");
        assertThat(policies.get("chaperone-namespace-label")).contains("'" + Governance.NAMESPACE_LABEL + "'");
        assertThat(policies.get("chaperone-pod-update")).contains("'" + GuardrailPod.AGENT_LABEL + "'");
        assertThat(policies.get("chaperone-token")).contains("'" + GuardrailPod.TOKEN_AUDIENCE + "'");
    }

    @Test
    void no_policy_lets_through_what_it_cannot_judge() {
        // When
        Collection<GenericKubernetesResource> policies = objects(Chart.template().set("crds.install", false).call())
                .stream()
                .filter(object -> object.getKind().equals("ValidatingAdmissionPolicy"))
                .filter(policy -> !policy.getMetadata().getName().equals("chaperone-break-glass-pod"))
                .toList();

        // Then
        assertThat(policies).isNotEmpty()
                .allSatisfy(policy -> assertThat(Serialization.asYaml(policy)).contains("failurePolicy: \"Fail\""));
    }

    @Test
    void is_packaged_with_its_crds() throws IOException {
        // When
        new Helm(Chart.FOLDER).packageIt().withDestination(directory).call();

        // Then
        Path archive = directory.resolve("chaperone-0.1.0.tgz");
        String made = Helm.template(archive.toString()).withName("chaperone")
                .withNamespace(Chart.NAMESPACE).withKubeVersion("1.34.0").set("operator.image", Chart.OPERATOR_IMAGE)
                .set("guardrail.image", Chart.GUARDRAIL_IMAGE).call();
        assertThat(made).isEqualTo(Chart.template().call());
    }

    private static List<GenericKubernetesResource> objects(String manifests) {
        return documents(manifests).stream().filter(document -> !document.isBlank())
                .map(document -> Serialization.unmarshal(document, GenericKubernetesResource.class)).toList();
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var found = Files.newDirectoryStream(folder)) {
            for (Path file : found) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
