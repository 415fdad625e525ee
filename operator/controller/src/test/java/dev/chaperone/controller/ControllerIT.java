package dev.chaperone.controller;

import dev.chaperone.controller.reconciler.Leadership;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chaperone.api.Agent;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.PolicyStatus;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.AssignedConfig;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The controller on a real API server. */
class ControllerIT {
    private static final String OPERATOR = OperatorApiServer.NAMESPACE;

    private static OperatorApiServer server;
    private static KubernetesClient client;
    private static Controller controller;
    private static PlannedFleet fleet;

    private static final AtomicBoolean leadLost = new AtomicBoolean();

    private String namespace;

    @BeforeAll
    static void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
        server = OperatorApiServer.start();
        client = server.client();
        startController();
    }

    private static void startController() throws Exception {
        leadLost.set(false);
        fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
        controller = new Controller(
                client, new ControllerSettings(OPERATOR, UUID.randomUUID().toString()), fleet,
                ProgrammingReports.NONE, Map::of, new Leadership(Clock.systemUTC()), new Lead(), Clock.systemUTC(),
                new PrometheusRegistry());
        controller.start();
    }

    /** Remembers whether the lead was lost. */
    private record Lead() implements LeadListener {
        @Override
        public void leads() {}

        @Override
        public void leadsNoLonger() {
            leadLost.set(true);
        }
    }

    private static void restartController() throws Exception {
        controller.close();
        startController();
    }

    @AfterAll
    static void stop() {
        if (controller != null) {
            controller.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void governedNamespace() {
        namespace = "t-" + UUID.randomUUID().toString().substring(0, 8);
        server.govern(namespace);
    }

    @Test
    void everyWorkloadIsAnAgentWithTheLabelsOfItsTemplate() {
        // Given
        policy("all", "defaultVerdict: NoOpinion");

        // When
        deployment("coder", "app: coder, team: a");
        apply("""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: nightly, namespace: %s}
                spec:
                  schedule: "0 0 1 1 *"
                  jobTemplate: {spec: {template: {metadata: {labels: {app: nightly}}, spec: {restartPolicy: Never, \
                containers: [{name: a, image: none}]}}}}
                """.formatted(namespace));

        // Then
        eventually(() -> {
            assertThat(agent("coder")).isNotNull();
            assertThat(agent("coder").getMetadata().getLabels())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("app", "coder", "team", "a"));
            assertThat(agent("coder").getMetadata().getOwnerReferences()).hasSize(1);
            assertThat(agent("coder").getStatus()).isNotNull();
            assertThat(condition(agent("coder").getStatus().conditions(), "Ready").getReason()).isEqualTo("NoPods");
            assertThat(agent("nightly.cronjob").getSpec().workloadRef().kind()).isEqualTo("CronJob");
            assertThat(config("coder")).isNotNull();
            assertThat(config("coder").getSpec().agent().labels()).containsEntry("team", "a");
            assertThat(config("coder").getSpec().policies()).hasSize(1);
            assertThat(config("coder").getStatus().conditions()).isNotEmpty();
            assertThat(config("nightly.cronjob")).isNotNull();
        });
    }

    @Test
    void anEditReachesTheConfigAndTheStatus() {
        // Given
        deployment("coder", "app: coder");
        policy("edit", "defaultVerdict: NoOpinion");
        eventually(() -> assertThat(accepted("edit").getStatus()).isEqualTo("True"));

        // When
        policy("edit", "defaultVerdict: Deny");

        // Then
        eventually(() -> {
            assertThat(Serialization.asYaml(config("coder").getSpec())).contains("Deny");
            assertThat(policyStatus("edit").acceptedGeneration()).isEqualTo(2);
            assertThat(policyStatus("edit").observedGeneration()).isEqualTo(2);
            assertThat(policyStatus("edit").agents()).isEqualTo(1);
            assertThat(agent("coder").getStatus().revision()).isEqualTo(config("coder").getSpec().revision());
        });
        eventually(() -> assertThat(storedNames("edit")).containsExactly(uid("edit") + "-2"));
    }

    @Test
    void looseningAndRefusingIsTold() {
        // Given
        policy("told", "defaultVerdict: Deny");
        eventually(() -> assertThat(storedNames("told")).containsExactly(uid("told") + "-1"));

        // When
        policy("told", "defaultVerdict: NoOpinion");
        eventually(() -> assertThat(policyStatus("told").acceptedGeneration()).isEqualTo(2));
        policy("told", "rules: [{name: r, tools: [\"a/b\"], when: \"args.x ==\", verdict: Allow}]");

        // Then
        eventually(() -> assertThat(events("told")).satisfiesExactlyInAnyOrder(
                event -> assertThat(event).isEqualTo("Loosened: defaultVerdict goes from Deny to NoOpinion"),
                event -> assertThat(event).startsWith("Invalid: ").contains("the expression ends too early")));
    }

    private List<String> events(String policy) {
        return client.events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getRegarding().getUid().equals(uid(policy)))
                .map(event -> event.getReason() + ": " + event.getNote())
                .toList();
    }

    @Test
    void whoEndsLeavesTheLeadToOthers() throws Exception {
        // When
        controller.close();

        // Then
        assertThat(client.leases().inNamespace(OPERATOR).withName(Controller.LEASE).get().getSpec()
                .getHolderIdentity()).isNullOrEmpty();
        startController();
    }

    @Test
    void aBadEditLeavesTheLastGoodOneAlsoAfterARestart() throws Exception {
        // Given
        deployment("coder", "app: coder");
        policy("bad", "rules: [{name: r, tools: [\"a/b\"], when: \"args.x == 'good'\", verdict: Allow}]");
        eventually(() -> assertThat(accepted("bad").getStatus()).isEqualTo("True"));
        eventually(() -> assertThat(storedNames("bad")).hasSize(1));
        policy("bad", "rules: [{name: r, tools: [\"a/b\"], when: \"args.x ==\", verdict: Allow}]");
        eventually(() -> {
            assertThat(accepted("bad").getStatus()).isEqualTo("False");
            assertThat(accepted("bad").getMessage()).contains("spec.rules[0].when: the expression ends too early");
            assertThat(policyStatus("bad").acceptedGeneration()).isEqualTo(1);
        });

        // When
        restartController();

        // Then
        deployment("later", "app: later");
        eventually(() -> assertThat(config("later")).isNotNull());
        assertThat(Serialization.asYaml(config("later").getSpec())).contains("args.x == 'good'");
        assertThat(Serialization.asYaml(config("coder").getSpec())).contains("args.x == 'good'");
        assertThat(storedNames("bad")).containsExactly(uid("bad") + "-1");
    }

    @Test
    void aRestartWritesNothing() throws Exception {
        // Given
        deployment("coder", "app: coder");
        policy("quiet", "defaultVerdict: NoOpinion");
        apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: files, namespace: %s}
                spec: {url: "http://files:8080/mcp"}
                """.formatted(namespace));
        eventually(() -> {
            assertThat(accepted("quiet").getStatus()).isEqualTo("True");
            assertThat(condition(agent("coder").getStatus().conditions(), "Ready")).isNotNull();
            assertThat(config("coder").getStatus().conditions()).isNotEmpty();
            assertThat(agent("coder").getStatus().servers()).containsExactly("files");
            assertThat(agent("coder").getStatus().policies()).isNotEmpty();
            assertThat(storedNames("quiet")).hasSize(1);
            assertThat(client.resources(ToolServer.class).inNamespace(namespace).withName("files").get().getStatus()
                    .agents()).isEqualTo(1);
        });
        Map<String, String> before = settled();

        // When
        restartController();

        // Then
        deployment("marker", "app: marker");
        eventually(() -> {
            assertThat(agent("marker")).isNotNull();
            assertThat(agent("marker").getStatus()).isNotNull();
        });
        Map<String, String> after = versions();
        // The marker is one agent more for these two to speak of.
        before.remove("ToolPolicy/quiet");
        before.remove("ToolServer/files");
        assertThat(after).containsAllEntriesOf(before);
    }

    @Test
    void ofABurstOfEditsTheLastOneIsInForce() {
        // Given
        deployment("coder", "app: coder");

        // When
        for (int i = 1; i <= 50; i++) {
            policy("burst", "rules: [{name: r-%d, tools: [\"a/b\"], verdict: Allow}]".formatted(i));
        }

        // Then
        eventually(() -> {
            assertThat(config("coder").getSpec().policies().getFirst().rules().getFirst().name()).isEqualTo("r-50");
            assertThat(policyStatus("burst").acceptedGeneration()).isEqualTo(50);
            assertThat(storedNames("burst")).containsExactly(uid("burst") + "-50");
        });
    }

    @Test
    void aNamespaceThatIsNoLongerGovernedHasNoAgents() {
        // Given
        deployment("coder", "app: coder");
        eventually(() -> assertThat(config("coder")).isNotNull());

        // When
        client.namespaces().withName(namespace).edit(
                n -> new NamespaceBuilder(n).editMetadata().removeFromLabels(Governance.NAMESPACE_LABEL).endMetadata()
                        .build());

        // Then
        eventually(() -> {
            assertThat(agent("coder")).isNull();
            assertThat(config("coder")).isNull();
        });
    }

    @Test
    void anAgentGoesWithItsWorkloadAlsoOneThatWasDeclared() {
        // Given
        deployment("coder", "app: coder");
        eventually(() -> assertThat(config("coder")).isNotNull());
        apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: Agent
                metadata: {name: declared, namespace: %s}
                spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: declared}}
                """.formatted(namespace));

        // When
        client.apps().deployments().inNamespace(namespace).withName("coder").delete();

        // Then
        eventually(() -> {
            assertThat(agent("coder")).isNull();
            assertThat(agent("declared")).isNull();
            assertThat(config("coder")).isNull();
        });
    }

    @Test
    void whatSomebodyDeletesOrChangesComesBack() {
        // Given
        deployment("coder", "app: coder");
        policy("stays", "defaultVerdict: Deny");
        eventually(() -> assertThat(Serialization.asYaml(config("coder").getSpec())).contains("stays"));
        String uid = agent("coder").getMetadata().getUid();

        // When
        client.resource(agent("coder")).delete();

        // Then
        eventually(() -> {
            assertThat(agent("coder")).isNotNull();
            assertThat(agent("coder").getMetadata().getUid()).isNotEqualTo(uid);
            assertThat(config("coder")).isNotNull();
            assertThat(config("coder").getMetadata().getOwnerReferences().getFirst().getUid())
                    .isEqualTo(agent("coder").getMetadata().getUid());
        });
    }

    @Test
    void aConfigThatNoObjectCanHoldIsNamedByItsRevision() {
        // Given
        deployment("coder", "app: coder");
        String rule = "{name: r-%d, tools: [\"a/b\"], verdict: Deny, message: \"" + "x".repeat(500) + "\"}";

        // When
        for (int p = 0; p < 24; p++) {
            List<String> rules = new ArrayList<>();
            for (int r = 0; r < 100; r++) {
                rules.add(rule.formatted(r));
            }
            policy("large-" + p, "rules: [" + String.join(", ", rules) + "]");
        }

        // Then
        eventually(() -> {
            Condition complete = condition(config("coder").getStatus().conditions(), "Complete");
            assertThat(complete.getStatus()).isEqualTo("False");
            assertThat(complete.getReason()).isEqualTo("TooLarge");
            assertThat(config("coder").getSpec().policies()).isEmpty();
            assertThat(agent("coder").getStatus().policies()).hasSize(24);
            assertThat(agent("coder").getStatus().revision()).isEqualTo(config("coder").getSpec().revision());
        });
    }

    @Test
    void aReplicaThatDoesNotLeadSaysWhatPodsShouldRun() throws Exception {
        // Given
        policy("all", "defaultVerdict: Deny");
        Pod pod = new PodBuilder().withNewMetadata().withNamespace(namespace).withName("bare")
                .addToLabels("app", "bare")
                .addToAnnotations(GuardrailPod.WORKLOAD_ANNOTATION, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}")
                .endMetadata().withNewSpec().addNewContainer().withName("a").withImage("none").endContainer().endSpec()
                .build();
        await().ignoreExceptions().until(() -> client.resource(pod).create() != null);
        String uid = client.resource(pod).get().getMetadata().getUid();
        eventually(() -> assertThat(config("bare.pod").getSpec().policies()).hasSize(1));

        // When
        PlannedFleet configs = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
        try (Controller second = new Controller(
                client, new ControllerSettings(OPERATOR, "second"), configs, ProgrammingReports.NONE, Map::of,
                new Leadership(Clock.systemUTC()), new Lead(),
                Clock.systemUTC(), new PrometheusRegistry())) {
            second.start();

            // Then
            assertThat(configs.ready()).isTrue();
            AssignedConfig assigned = configs.forPod(uid).orElseThrow();
            assertThat(assigned.agent()).isEqualTo(new AgentId(namespace, "bare.pod"));
            assertThat(assigned.revision()).isEqualTo(config("bare.pod").getSpec().revision());
            assertThat(BundleCodec.read(assigned.bundle().get()).revision()).isEqualTo(assigned.revision());
            assertThat(configs.pod(uid).orElseThrow().serviceAccount()).isEqualTo("default");
            assertThat(configs.forPod("unknown")).isEmpty();
            assertThat(client.leases().inNamespace(OPERATOR).withName(Controller.LEASE).get().getSpec()
                    .getHolderIdentity()).isNotEqualTo("second");
        }
    }

    @Test
    void whoLosesTheLeadWritesNothingMore() throws Exception {
        // Given
        deployment("coder", "app: coder");
        eventually(() -> assertThat(config("coder")).isNotNull());

        // When
        client.leases().inNamespace(OPERATOR).withName(Controller.LEASE).edit(lease -> {
            lease.getSpec().setHolderIdentity("another");
            lease.getSpec().setLeaseDurationSeconds(3600);
            lease.getSpec().setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
            return lease;
        });

        // Then
        await().untilTrue(leadLost);
        String uid = barePod();
        await().until(() -> fleet.forPod(uid).isPresent());
        assertThat(agent("bare.pod")).isNull();
        client.leases().inNamespace(OPERATOR).withName(Controller.LEASE).delete();
        restartController();
        eventually(() -> assertThat(agent("bare.pod").getStatus()).isNotNull());
    }

    private String barePod() {
        Pod pod = new PodBuilder().withNewMetadata().withNamespace(namespace).withName("bare")
                .addToLabels("app", "bare")
                .addToAnnotations(GuardrailPod.WORKLOAD_ANNOTATION, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}")
                .endMetadata().withNewSpec().addNewContainer().withName("a").withImage("none").endContainer().endSpec()
                .build();
        // The namespace is given its ServiceAccount a moment after it is made.
        await().ignoreExceptions().until(() -> client.resource(pod).create() != null);
        return client.resource(pod).get().getMetadata().getUid();
    }

    private void deployment(String name, String labels) {
        apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: %1$s}}
                  template: {metadata: {labels: {%3$s}}, spec: {containers: [{name: a, image: none}]}}
                """.formatted(name, namespace, labels));
    }

    private void policy(String name, String spec) {
        apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: %s, namespace: %s}
                spec: {%s}
                """.formatted(name, namespace, spec));
    }

    private void apply(String yaml) {
        client.resource(yaml).fieldManager("test").forceConflicts().serverSideApply();
    }

    private static void eventually(Runnable assertions) {
        await().untilAsserted(() -> {
            try {
                assertions.run();
            } catch (NullPointerException e) {
                throw new AssertionError("something is not there yet", e);
            }
        });
    }

    private Agent agent(String name) {
        return client.resources(Agent.class).inNamespace(namespace).withName(name).get();
    }

    private GuardrailConfig config(String name) {
        return client.resources(GuardrailConfig.class).inNamespace(namespace).withName(name).get();
    }

    private PolicyStatus policyStatus(String name) {
        return client.resources(ToolPolicy.class).inNamespace(namespace).withName(name).get().getStatus();
    }

    private String uid(String policy) {
        return client.resources(ToolPolicy.class).inNamespace(namespace).withName(policy).get().getMetadata().getUid();
    }

    private Condition accepted(String name) {
        assertThat(policyStatus(name)).isNotNull();
        return condition(policyStatus(name).conditions(), "Accepted");
    }

    private static Condition condition(List<Condition> conditions, String type) {
        return conditions.stream().filter(condition -> condition.getType().equals(type)).findFirst().orElseThrow(
                () -> new AssertionError(type + " is not among " + conditions));
    }

    private List<String> storedNames(String policy) {
        String uid = uid(policy);
        return client.apps().controllerRevisions().inNamespace(OPERATOR).withLabel(AcceptedSpecs.LABEL).list()
                .getItems().stream()
                .map(revision -> revision.getMetadata().getName())
                .filter(name -> name.startsWith(uid))
                .toList();
    }

    /** The versions when nobody writes any more, of other tests' policies too. */
    private Map<String, String> settled() {
        AtomicReference<Map<String, String>> last = new AtomicReference<>(versions());
        await().pollInterval(Duration.ofSeconds(2)).until(() -> {
            Map<String, String> now = versions();
            return now.equals(last.getAndSet(now));
        });
        return last.get();
    }

    /** The versions of all objects here, by kind and name. */
    private Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(client.resources(Agent.class).inNamespace(namespace).list().getItems());
        all.addAll(client.resources(GuardrailConfig.class).inNamespace(namespace).list().getItems());
        all.addAll(client.resources(ToolPolicy.class).inNamespace(namespace).list().getItems());
        all.addAll(client.resources(ToolServer.class).inNamespace(namespace).list().getItems());
        all.addAll(client.apps().controllerRevisions().inNamespace(OPERATOR).list().getItems());
        all.forEach(object -> versions.put(
                object.getKind() + "/" + object.getMetadata().getName(), object.getMetadata().getResourceVersion()));
        return versions;
    }
}
