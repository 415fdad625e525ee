package dev.chaperone.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.api.OversightPolicyStatus.Exempt;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.census.Guarded;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.eviction.Evictions;
import dev.chaperone.controller.reconciler.eviction.Evictions.Outcome;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The census on a real API server, on which no admission policy looks, so that everything that is wrong can be made. */
class CensusIT {
    private static final String OPERATOR = OperatorApiServer.NAMESPACE;
    private static final String NODE = "simulated";
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

    private static OperatorApiServer server;
    private static KubernetesClient client;
    private static Controller controller;
    private static PlannedFleet fleet;
    private static final SimulatedReports HEARD = new SimulatedReports(() -> fleet.plan());

    private final Map<String, Standing> standings = new TreeMap<>();
    private String namespace;

    private record Lead() implements LeadListener {
        @Override
        public void leads() {}

        @Override
        public void leadsNoLonger() {}
    }

    @BeforeAll
    static void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(100));
        server = OperatorApiServer.start();
        client = server.client();
        client.resource(new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build()).create();
        GuardrailShape shape = new GuardrailShape();
        shape.setMetadata(new ObjectMetaBuilder().withName(GuardrailPod.SHAPE).build());
        shape.setSpec(Guarded.shape());
        client.resource(shape).create();
        fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
        controller = new Controller(
                client, new ControllerSettings(OPERATOR, "here", HEARTBEAT, Duration.ofMinutes(2)), fleet, HEARD,
                Map::of, new Leadership(Clock.systemUTC()), new Lead(), Clock.systemUTC(), REGISTRY);
        controller.start();
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
        await().until(() -> client.serviceAccounts().inNamespace(namespace).withName("default").get() != null);
    }

    @Test
    void whatAdmissionMakesIsGuardedWhateverBecomesOfIt() {
        // Given
        running(Guarded.pod(bare("plain"), Guarded.SETTINGS));
        running(Guarded.pod(bare("before"), Guarded.settings("2")));
        running(Guarded.pod(bare("long-ago"), Guarded.settings("3")));
        running(Guarded.pod(
                Guarded.merged(bare("rich"), """
                        spec:
                          priorityClassName: system-node-critical
                          terminationGracePeriodSeconds: 5
                          securityContext: {fsGroup: 2000, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                          initContainers: [{name: setup, image: setup, restartPolicy: Always}]
                          affinity: {nodeAffinity: {}}
                        """), Guarded.SETTINGS));
        running(Guarded.pod(
                Guarded.merged(bare("resized"),
                        "spec: {containers: [{name: agent, image: agent, resources: {requests: {cpu: 10m}}}]}"),
                Guarded.SETTINGS));
        running(Guarded.pod(bare("debugged"), Guarded.SETTINGS));

        // When
        client.pods().inNamespace(namespace).withName("resized").subresource("resize").edit(pod -> {
            pod.getSpec().getContainers().getFirst().getResources().setRequests(Map.of("cpu", new Quantity("20m")));
            return pod;
        });
        client.pods().inNamespace(namespace).withName("debugged").ephemeralContainers().edit(pod -> {
            pod.getSpec().getEphemeralContainers().add(
                    new EphemeralContainerBuilder().withName("debug").withImage("debug")
                            .withNewSecurityContext().withNewCapabilities().addToDrop("ALL").endCapabilities()
                            .endSecurityContext().build());
            return pod;
        });
        edit("plain", pod -> {
            pod.getMetadata().setLabels(Map.of("a", "b"));
            return pod;
        });

        // Then
        for (String pod : List.of("plain", "rich", "resized", "debugged")) {
            eventually(() -> assertThat(coverage(pod)).isEqualTo(new AgentCoverage(1, 1, "1/1", null)));
        }
        for (String pod : List.of("before", "long-ago")) {
            eventually(() -> assertThat(coverage(pod).deviations()).singleElement()
                    .returns(Standing.STALE, Deviation::standing));
            assertThat(coverage(pod).guarded()).isEqualTo("1/1");
        }
        assertThat(events()).isEmpty();
    }

    @Test
    void tenWaysToBeWrongAreFoundAndTold() {
        // Given
        made("missing", Standing.MISSING, bare("missing"));
        made("environment", Standing.TAMPERED, changed("environment", "initContainers/0", "env: []"));
        made("image", Standing.UNKNOWN_GUARDRAIL,
                changed("image", "initContainers/0", "image: other@sha256:" + "9".repeat(64)));
        made("tag", Standing.TAMPERED, changed("tag", "initContainers/0", "image: chaperone-guardrail:1"));
        ObjectNode second = guarded("second");
        ((ArrayNode) second.at("/spec/initContainers")).insert(0, Guarded.yaml("{name: setup, image: setup}"));
        made("second", Standing.TAMPERED, second);
        made("mounts", Standing.TAMPERED, changed(
                "mounts", "containers/0", "volumeMounts: [{name: chaperone-state, mountPath: /state}]"));
        made("processes", Standing.TAMPERED, Guarded.merged(
                guarded("processes"), "spec: {shareProcessNamespace: true}"));
        made("node", Standing.TAMPERED, Guarded.merged(guarded("node"), "spec: {hostPID: true}"));
        made("capability", Standing.TAMPERED, changed(
                "capability", "containers/0",
                "securityContext: {runAsUser: 64515, capabilities: {add: [SYS_PTRACE]}}"));
        ObjectNode token = guarded("token");
        ((ArrayNode) token.at("/spec/volumes")).add(Guarded
                .yaml("""
                        {name: mine, projected: {sources: [{serviceAccountToken: {audience: guardrail.chaperone.dev, path: t}}]}}"""));
        made("token", Standing.TAMPERED, token);
        running(guarded("silent"));
        ObjectNode brought = guarded("brought");
        ((ObjectNode) brought.at("/metadata/annotations")).remove(GuardrailPod.WORKLOAD_ANNOTATION);
        running(brought);
        running(guarded("joined"));
        running(guarded("other-runs"));

        // When
        HEARD.silence(namespace, "silent");
        client.pods().inNamespace(namespace).withName("joined").ephemeralContainers().edit(pod -> {
            pod.getSpec().getEphemeralContainers().add(
                    new EphemeralContainerBuilder().withName("debug").withImage("debug")
                            .withTargetContainerName(GuardrailPod.CONTAINER).build());
            return pod;
        });
        client.pods().inNamespace(namespace).withName("other-runs").editStatus(pod -> {
            pod.getStatus().getInitContainerStatuses().getFirst()
                    .setImageID("docker.io/library/other@sha256:" + "9".repeat(64));
            return pod;
        });

        // Then
        Map<String, Standing> wanted = new TreeMap<>(standings);
        wanted.put("silent", Standing.SILENT);
        wanted.put("brought", Standing.UNKNOWN_GUARDRAIL);
        wanted.put("joined", Standing.TAMPERED);
        wanted.put("other-runs", Standing.TAMPERED);
        wanted.forEach((pod, standing) -> eventually(() -> {
            assertThat(coverage(pod).guarded()).isEqualTo("0/1");
            assertThat(coverage(pod).deviations()).singleElement().returns(standing, Deviation::standing)
                    .returns(pod, Deviation::pod);
        }));
        wanted.remove("silent");
        eventually(() -> assertThat(events()).hasSize(wanted.size()).allMatch(note -> note.startsWith("pod ")));
        assertThat(metric("chaperone_census_pods", "standing", "Missing")).isEqualTo(1);
        assertThat(metric("chaperone_census_pods", "standing", "Silent")).isEqualTo(1);
        assertThat(metric("chaperone_census_pods", "standing", "Guarded")).isZero();
        assertThat(metric("chaperone_census_namespace_coverage_ratio")).isZero();
    }

    private void made(String name, Standing standing, ObjectNode pod) {
        standings.put(name, standing);
        running(pod);
    }

    @Test
    void podsThatWereThereBeforeAreOlder() throws Exception {
        // Given
        String later = namespace + "-later";
        client.resource(new NamespaceBuilder().withNewMetadata().withName(later).endMetadata().build()).create();
        await().until(() -> client.serviceAccounts().inNamespace(later).withName("default").get() != null);
        namespace = later;
        running(bare("old"));
        Thread.sleep(1100);

        // When
        label(Governance.GOVERNED);
        eventually(() -> assertThat(coverage("old").deviations()).singleElement()
                .returns(Standing.OLDER_THAN_GOVERNANCE, Deviation::standing));
        label(Governance.BREAK_GLASS);
        Thread.sleep(1100);
        running(bare("new"));

        // Then
        eventually(() -> assertThat(coverage("new").deviations()).singleElement()
                .returns(Standing.MISSING, Deviation::standing));
        assertThat(coverage("old").deviations()).singleElement()
                .returns(Standing.OLDER_THAN_GOVERNANCE, Deviation::standing);
        assertThat(events()).singleElement().asString().startsWith("pod new is Missing");
    }

    @Test
    void exemptPodsAreCountedApartUntilTheyAreExemptNoMore() {
        // Given
        client.resource(new ServiceAccountBuilder().withNewMetadata().withNamespace(namespace).withName("postgres")
                .endMetadata().build()).create();
        ClusterOversightPolicy policy = Serialization.unmarshal(
                """
                        apiVersion: chaperone.dev/v1alpha1
                        kind: ClusterOversightPolicy
                        metadata: {name: exempt-%1$s}
                        spec: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}, exemptServiceAccounts: [postgres]}
                        """
                        .formatted(namespace),
                ClusterOversightPolicy.class);
        client.resource(policy).create();
        running(guarded("coder"));
        running(Guarded.merged(bare("db"), "spec: {serviceAccountName: postgres}"));
        eventually(() -> {
            OversightPolicyStatus status = client.resource(policy).get().getStatus();
            assertThat(status.exemptPods()).isEqualTo(1);
            assertThat(status.exempt()).containsExactly(new Exempt(namespace, "postgres", 1));
        });
        eventually(() -> assertThat(coverage("coder").guarded()).isEqualTo("1/1"));
        assertThat(metric("chaperone_census_pods", "standing", "Exempt")).isEqualTo(1);
        assertThat(metric("chaperone_census_namespace_coverage_ratio")).isEqualTo(1);
        assertThat(client.resources(Agent.class).inNamespace(namespace).list().getItems())
                .extracting(agent -> agent.getMetadata().getName()).containsExactly("coder.pod");

        // When
        client.resource(policy).delete();

        // Then
        eventually(() -> assertThat(coverage("db").deviations()).singleElement()
                .returns(Standing.MISSING, Deviation::standing)
                .satisfies(each -> assertThat(each.reason()).contains("while its ServiceAccount was exempt")));
        assertThat(metric("chaperone_census_pods", "standing", "Exempt")).isZero();
    }

    @Test
    void evictsOneAtATimeWithinTheBudgetAndRemembersIt() {
        // Given
        for (String name : List.of("a", "b")) {
            running(Guarded.merged(guarded(name),
                    """
                            metadata:
                              labels: {app: evicted}
                              annotations: {chaperone.dev/workload: '{"apiVersion":"example.com/v1","kind":"Swarm","name":"s","uid":"u"}'}
                            """));
        }
        AgentId swarm = await().until(
                () -> fleet.plan().agents().values().stream()
                        .filter(agent -> agent.id().namespace().equals(namespace) && agent.pods().size() == 2)
                        .map(agent -> agent.id()).findFirst().orElse(null),
                id -> id != null);
        await().until(() -> client.resources(Agent.class).inNamespace(namespace).withName(swarm.name()).get() != null);
        budget(2);
        Leadership leadership = new Leadership(Clock.systemUTC());
        Evictions evictions = evictions(leadership);
        Set<String> fault = Set.of(uid("a"), uid("b"));
        assertThat(evictions.consider(swarm, fault, "coverage")).isEqualTo(Outcome.NOTHING);
        leadership.begin(Instant.now());

        // When
        long begun = System.nanoTime();
        Outcome refused = await().until(
                () -> evictions.consider(swarm, fault, "coverage"), outcome -> outcome != Outcome.EVICTED);

        // Then
        assertThat(refused).isEqualTo(Outcome.REFUSED);
        // A client that asks again until it is allowed gives up after 19 s.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
        assertThat(evictions.consider(swarm, fault, "coverage")).isEqualTo(Outcome.NOTHING);
        budget(1);
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(31));
        Evictions restarted = new Evictions(
                client, fleet, leadership, new Events(client, "there", later), later);
        assertThat(evictions(leadership).consider(swarm, fault, "coverage")).isEqualTo(Outcome.NOTHING);
        eventually(() -> assertThat(restarted.consider(swarm, fault, "coverage")).isEqualTo(Outcome.EVICTED));
        assertThat(restarted.consider(swarm, fault, "coverage")).isEqualTo(Outcome.NOTHING);
        assertThat(client.resources(Agent.class).inNamespace(namespace).withName(swarm.name()).get().getMetadata()
                .getAnnotations().get(Evictions.ANNOTATION)).contains("\"coverage\":{\"round\":1");
    }

    private static Evictions evictions(Leadership leadership) {
        return new Evictions(
                client, fleet, leadership, new Events(client, "here", Clock.systemUTC()), Clock.systemUTC());
    }

    private void budget(int available) {
        client.resource(Serialization.unmarshal("""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: few, namespace: %s}
                spec: {minAvailable: %d, selector: {matchLabels: {app: evicted}}}
                """.formatted(namespace, available),
                PodDisruptionBudget.class)).createOr(each -> each.update());
        await().until(() -> {
            var status = client.policy().v1().podDisruptionBudget().inNamespace(namespace).withName("few").get()
                    .getStatus();
            return status != null && status.getDisruptionsAllowed() != null
                    && status.getDisruptionsAllowed() == 2 - available;
        });
    }

    private String uid(String pod) {
        return client.pods().inNamespace(namespace).withName(pod).get().getMetadata().getUid();
    }

    private void label(String value) {
        client.namespaces().withName(namespace).edit(each -> {
            Namespace edited = new NamespaceBuilder(each).editMetadata()
                    .addToLabels(Governance.NAMESPACE_LABEL, value).endMetadata().build();
            return edited;
        });
    }

    private ObjectNode bare(String name) {
        return Guarded.yaml("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  nodeName: %s
                  automountServiceAccountToken: false
                  containers: [{name: agent, image: agent}]
                """.formatted(name, namespace, NODE));
    }

    private ObjectNode guarded(String name) {
        ObjectNode pod = Guarded.pod(bare(name), Guarded.SETTINGS);
        // Of its own: each pod is an agent.
        Guarded.merged(pod,
                "metadata: {annotations: {chaperone.dev/workload: '{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}'}}");
        return pod;
    }

    private ObjectNode changed(String name, String where, String yaml) {
        ObjectNode pod = guarded(name);
        Guarded.merged((ObjectNode) pod.at("/spec/" + where), yaml);
        return pod;
    }

    /** Creates it, and does what a kubelet does. */
    private void running(ObjectNode pod) {
        if (pod.at("/metadata/annotations/chaperone.dev~1workload").asText().contains("Deployment")) {
            Guarded.merged(
                    pod,
                    "metadata: {annotations: {chaperone.dev/workload: '{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}'}}");
        }
        client.resource(Guarded.typed(pod)).create();
        client.pods().inNamespace(namespace).withName(pod.at("/metadata/name").asText()).editStatus(there -> {
            there.getStatus().setPhase("Running");
            there.getStatus().setConditions(
                    List.of(new PodConditionBuilder().withType("Ready").withStatus("True").build()));
            there.getStatus().setInitContainerStatuses(
                    there.getSpec().getInitContainers().stream()
                            .map(container -> new ContainerStatusBuilder()
                                    .withName(container.getName()).withImage(container.getImage())
                                    .withImageID("docker.io/library/" + container.getImage())
                                    .withReady(true).withStarted(true).withRestartCount(0)
                                    .withAllocatedResources(Map.of("memory", new Quantity("1Gi")))
                                    .withState(new ContainerStateBuilder().withNewRunning().endRunning().build())
                                    .build())
                            .toList());
            return there;
        });
    }

    private void edit(String pod, UnaryOperator<Pod> change) {
        client.pods().inNamespace(namespace).withName(pod).edit(change);
    }

    private AgentCoverage coverage(String pod) {
        return client.resources(Agent.class).inNamespace(namespace).withName(pod + ".pod").get().getStatus()
                .coverage();
    }

    private List<String> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getReason().equals("PodNotGuarded"))
                .map(event -> event.getNote())
                .toList();
    }

    private double metric(String name, String... labels) {
        return REGISTRY.scrape().stream().filter(each -> each.getMetadata().getName().equals(name))
                .flatMap(each -> each.getDataPoints().stream())
                .filter(each -> each.getLabels().equals(Labels.of("namespace", namespace).merge(Labels.of(labels))))
                .map(GaugeSnapshot.GaugeDataPointSnapshot.class::cast)
                .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue).findFirst().orElse(Double.NaN);
    }

    private static void eventually(Runnable assertion) {
        await().ignoreExceptions().untilAsserted(assertion::run);
    }
}
