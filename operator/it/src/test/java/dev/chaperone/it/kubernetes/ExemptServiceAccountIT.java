package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.view.ClusterView;
import dev.chaperone.operator.shape.ShapeKeeper;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which pods an exemption lets in, asked of a real API server. No operator runs and no webhook is asked: what a leader
 * would read and write is read and written here.
 */
@ExtendWith(SharedCluster.class)
class ExemptServiceAccountIT {
    private static final String ACCOUNT = ExemptAttempts.ACCOUNT;
    private static final String OTHERS = "others";
    private static final String POLICIES = "apis/chaperone.dev/v1alpha1/clusteroversightpolicies";
    private static final String SHAPE = GovernedCluster.SHAPES + "/chaperone";
    private static final String DEBUG = """
            {spec: {ephemeralContainers: [{name: debug, image: debug, terminationMessagePolicy: File,
              imagePullPolicy: IfNotPresent}]}}""";
    private static final String PRIVILEGED = DEBUG.replace("image: debug",
            "image: debug, securityContext: {privileged: true}");
    private static final Duration IN_FORCE = Duration.ofSeconds(60);

    private static GovernedCluster cluster;
    private static ApiServer developer;
    private static ApiServer pipeline;
    private static KubernetesClient operator;
    private static ClusterView view;
    private static PlannedFleet fleet;

    @BeforeAll
    static void start(GovernedCluster shared) throws Exception {
        cluster = shared;
        cluster.namespace(OTHERS, "true");
        account(GovernedCluster.NAMESPACE, ACCOUNT);
        account(GovernedCluster.NAMESPACE, "postgres2");
        account(OTHERS, ACCOUNT);
        cluster.grant("db-admin", "[{apiGroups: [''], resources: ['*'], verbs: ['*']}]");
        developer = cluster.admin().as("db-admin");
        cluster.bind("pipeline", "chaperone-pipeline");
        cluster.bind("exempting-admin", "chaperone-platform-admin");
        pipeline = cluster.admin().as("pipeline");
        operator = new KubernetesClientBuilder().withConfig(
                new ConfigBuilder(cluster.admin().client().getConfiguration())
                        .withImpersonateUsername(Chart.OPERATOR).build())
                .build();
        fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
        view = new ClusterView(operator, Chart.NAMESPACE, fleet::accept);
        assertThat(fleet.awaitReady(IN_FORCE)).isTrue();
    }

    private static void account(String namespace, String name) {
        cluster.admin().create("api/v1/namespaces/" + namespace + "/serviceaccounts",
                Manifests.parse("{apiVersion: v1, kind: ServiceAccount, metadata: {name: " + name + "}}"));
    }

    @AfterAll
    static void stop() {
        if (view != null) {
            view.close();
            cluster.admin().delete(POLICIES + "/exempt");
            write(List.of());
            operator.close();
        }
    }

    /** As a leader does. */
    @BeforeEach
    void exempt() {
        Answer answer = cluster.admin().apply(POLICIES + "/exempt", policy("[postgres]"), "admin");
        assertThat(answer.refusal()).isEmpty();
        await("it is planned").atMost(IN_FORCE)
                .until(() -> fleet.plan().exemptions().names().equals(List.of("agents/postgres")));
        write(fleet.plan().exemptions().names());
        await("it is in force").atMost(IN_FORCE).until(() -> create(ExemptAttempts.exempt()).accepted());
    }

    private static ObjectNode policy(String accounts) {
        return Manifests.parse("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterOversightPolicy
                metadata: {name: exempt}
                spec:
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: agents}}
                  exemptServiceAccounts: %s
                """.formatted(accounts));
    }

    private static void write(List<String> exempt) {
        List<ObjectNode> volumes = new ArrayList<>();
        GuardrailShapes.volumes().forEach(volume -> volumes.add((ObjectNode) volume));
        new ShapeKeeper(
                operator, GuardrailShapes.current(), GuardrailShapes.lock(), volumes, List.of(), () -> exempt).look();
    }

    private static Answer create(AgentPod pod) {
        return developer.dryRunCreate(GovernedCluster.PODS, pod.tree());
    }

    static Stream<Attempt> taken() {
        return ExemptAttempts.taken();
    }

    @ParameterizedTest
    @MethodSource("taken")
    void a_pod_of_an_exempt_service_account_needs_no_guardrail(Attempt attempt) {
        assertThat(create(attempt.pod()).refusal()).isEmpty();
    }

    static Stream<Attempt> refused() {
        return Stream.concat(ExemptAttempts.refused(), ExemptAttempts.atTheNode());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void it_passes_for_no_governed_one_and_does_not_get_at_the_node(Attempt attempt) {
        // When
        Answer answer = create(attempt.pod());

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-exempt'").contains(attempt.refusal());
        assertThat(answer.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"agents, postgres2", "agents, default", "others, postgres", "others, default"})
    void others_need_theirs(String namespace, String account) {
        // Given
        AgentPod pod = ExemptAttempts.exempt().with("spec: {serviceAccountName: " + account + "}");

        // When
        Answer answer = developer.dryRunCreate("api/v1/namespaces/" + namespace + "/pods", pod.tree());

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-shape'").contains("no guardrail");
    }

    @Test
    void a_pod_that_names_none_needs_its() {
        assertThat(create(ExemptAttempts.exempt().with("spec: {serviceAccountName: null}")).refusal())
                .contains("'chaperone-pod-shape'");
    }

    /** The API server takes it for the same. */
    @Test
    void the_field_of_old_is_no_other_name() {
        // Given
        AgentPod pod = ExemptAttempts.exempt()
                .with("spec: {serviceAccountName: postgres2, serviceAccount: postgres}");

        // When
        Answer answer = create(pod);

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-shape'");
    }

    @Test
    void a_guarded_pod_of_another_service_account_is_taken_as_ever() {
        assertThat(create(AgentPod.guarded()).refusal()).isEmpty();
    }

    @Test
    void what_is_written_once_is_not_written_again() {
        // Given
        String before = version();

        // When
        write(fleet.plan().exemptions().names());

        // Then
        assertThat(version()).isEqualTo(before);
        JsonNode shape = cluster.admin().get(SHAPE).body();
        assertThat(shape.at("/spec/exempt").toString()).isEqualTo("[\"agents/postgres\"]");
        assertThat(shape.at("/spec/containers")).hasSize(2);
    }

    private static String version() {
        return cluster.admin().get(SHAPE).body().at("/metadata/resourceVersion").asText();
    }

    @Test
    void an_exemption_that_is_taken_back_exempts_nobody() {
        // When
        assertThat(pipeline.delete(POLICIES + "/exempt").refusal()).isEmpty();
        await("it is planned").atMost(IN_FORCE).until(() -> fleet.plan().exemptions().names().isEmpty());
        write(fleet.plan().exemptions().names());

        // Then
        await("it is in force").atMost(IN_FORCE).until(
                () -> create(ExemptAttempts.exempt()).refusal().contains("'chaperone-pod-shape'"));
        assertThat(cluster.admin().get(SHAPE).body().at("/spec").has("exempt")).isFalse();
    }

    @Test
    void an_exempt_pod_is_not_made_a_governed_one_afterwards() {
        // Given
        developer.create(GovernedCluster.PODS, ExemptAttempts.exempt().named("later").tree());

        // When
        Answer label = developer.dryRunPatch(GovernedCluster.PODS + "/later",
                "metadata: {labels: {chaperone.dev/agent: payer}}");
        Answer workload = developer.dryRunPatch(GovernedCluster.PODS + "/later/status",
                "metadata: {annotations: {chaperone.dev/workload: '{}'}}");

        // Then
        assertThat(label.refusal()).contains("'chaperone-pod-update'");
        assertThat(workload.refusal()).contains("'chaperone-pod-update'");
        assertThat(developer.delete(GovernedCluster.PODS + "/later?gracePeriodSeconds=0").refusal()).isEmpty();
    }

    @Test
    void an_exempt_pod_is_debugged_without_the_verb_and_one_with_a_guardrail_is_not() {
        // Given
        developer.create(GovernedCluster.PODS, ExemptAttempts.exempt().named("exempt").tree());
        cluster.admin().delete(POLICIES + "/exempt");
        write(List.of());
        AgentPod guarded = AgentPod.guarded().named("before").with("spec: {serviceAccountName: postgres}");
        await("governed").atMost(IN_FORCE)
                .until(() -> developer.create(GovernedCluster.PODS, guarded.tree()).accepted());
        Answer governed = developer.dryRunStrategicPatch(GovernedCluster.PODS + "/exempt/ephemeralcontainers", DEBUG);
        exempt();

        // When
        Answer exempt = developer.dryRunStrategicPatch(GovernedCluster.PODS + "/exempt/ephemeralcontainers", DEBUG);
        Answer privileged = developer
                .dryRunStrategicPatch(GovernedCluster.PODS + "/exempt/ephemeralcontainers", PRIVILEGED);
        Answer before = developer.dryRunStrategicPatch(GovernedCluster.PODS + "/before/ephemeralcontainers", DEBUG);

        // Then
        assertThat(governed.refusal()).contains("'chaperone-pod-debug'");
        assertThat(exempt.refusal()).isEmpty();
        assertThat(privileged.refusal()).contains("'chaperone-pod-exempt'").contains("is privileged");
        assertThat(before.refusal()).contains("'chaperone-pod-debug'");
        developer.delete(GovernedCluster.PODS + "/exempt?gracePeriodSeconds=0");
        developer.delete(GovernedCluster.PODS + "/before?gracePeriodSeconds=0");
    }

    /** As many and as long as there may be, and the last one is found within the budget of the policies. */
    @Test
    void a_full_list_is_read_to_its_end() {
        // Given
        List<String> full = new ArrayList<>(IntStream.range(0, GuardrailShapeSpec.EXEMPT - 1)
                .mapToObj(i -> "a".repeat(63) + "/" + "b".repeat(249) + (1000 + i)).toList());
        full.add("agents/postgres2");

        // When
        write(full);

        // Then
        AgentPod last = ExemptAttempts.exempt().with("spec: {serviceAccountName: postgres2}");
        await("the last one is exempt").atMost(IN_FORCE).until(() -> create(last).accepted());
        assertThat(create(ExemptAttempts.exempt()).refusal()).contains("'chaperone-pod-shape'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[postgres, backup]", "[backup]"})
    void whoever_exempts_needs_the_verb_govern(String accounts) {
        // When
        Answer pipelines = pipeline.dryRunApply(POLICIES + "/exempt", policy(accounts), "admin");
        Answer admins = cluster.admin().as("exempting-admin")
                .dryRunPatch(POLICIES + "/exempt", "spec: {exemptServiceAccounts: " + accounts + "}");

        // Then
        assertThat(pipelines.refusal()).contains("'chaperone-exemption'").contains("needs the verb govern");
        assertThat(admins.refusal()).isEmpty();
        assertThat(admins.warnings()).singleElement().asString()
                .contains("whoever may create pods there may run as them");
    }

    @Test
    void other_namespaces_are_another_exemption() {
        assertThat(
                pipeline.dryRunPatch(POLICIES + "/exempt", "spec: {namespaceSelector: {matchLabels: null}}").refusal())
                .contains("'chaperone-exemption'");
        Answer same = pipeline.dryRunPatch(POLICIES + "/exempt", "spec: {posture: Audit}");
        assertThat(same.refusal()).isEmpty();
        assertThat(same.warnings()).isEmpty();
        assertThat(pipeline.dryRunPatch(POLICIES + "/exempt", "{spec: {posture: Enforce, exemptServiceAccounts: null}}")
                .refusal()).isEmpty();
    }
}
