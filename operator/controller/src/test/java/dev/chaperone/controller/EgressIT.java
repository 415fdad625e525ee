package dev.chaperone.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chaperone.api.Agent;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** NetworkPolicies of agents on a real API server. */
class EgressIT {
    private static final String OPERATOR = OperatorApiServer.NAMESPACE;
    private static final String NAME = "chaperone-egress-coder";

    private static OperatorApiServer server;
    private static KubernetesClient client;
    private static Controller controller;

    private String namespace;
    private String tools;

    @BeforeAll
    static void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
        server = OperatorApiServer.start();
        client = server.client();
        startController();
    }

    private static void startController() throws Exception {
        controller = new Controller(
                client, new ControllerSettings(OPERATOR, UUID.randomUUID().toString()),
                PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry())),
                ProgrammingReports.NONE, Map::of, new Leadership(Clock.systemUTC()), new Lead(), Clock.systemUTC(),
                new PrometheusRegistry());
        controller.start();
    }

    private record Lead() implements LeadListener {
        @Override
        public void leads() {}

        @Override
        public void leadsNoLonger() {}
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
    void anAgentWithAToolServerInTheCluster() {
        String id = UUID.randomUUID().toString().substring(0, 8);
        namespace = "t-" + id;
        tools = "tools-" + id;
        client.resource(new NamespaceBuilder().withNewMetadata().withName(tools).endMetadata().build()).create();
        server.govern(namespace);
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: tracker, namespace: %s}
                spec: {selector: {app: tracker}, ports: [{port: 80, targetPort: 8080}]}
                """.formatted(tools));
        apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: tracker, namespace: %s}
                spec: {url: "http://tracker.%s.svc/mcp"}
                """.formatted(namespace, tools));
        apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: coder, namespace: %s}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: coder}}
                  template: {metadata: {labels: {app: coder}}, spec: {containers: [{name: a, image: none}]}}
                """.formatted(namespace));
    }

    private void requireEgress(String allow) {
        apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: OversightPolicy
                metadata: {name: closed, namespace: %s}
                spec: {egress: {mode: Restricted, allow: [%s]}}
                """.formatted(namespace, allow));
    }

    @Test
    void isWrittenForTheAgentAndGoesWithTheRequirement() {
        // When
        requireEgress("{cidr: 10.1.0.0/16, except: [10.1.7.0/24], ports: [{port: 5432}]}");

        // Then
        await().until(() -> policy() != null && ports().contains(8080));
        assertThat(policy().getMetadata().getLabels()).containsEntry("app.kubernetes.io/managed-by", "chaperone");
        assertThat(policy().getMetadata().getOwnerReferences()).singleElement()
                .satisfies(owner -> assertThat(owner.getUid()).isEqualTo(client.resources(Agent.class)
                        .inNamespace(namespace).withName("coder").get().getMetadata().getUid()));
        assertThat(policy().getSpec().getPolicyTypes()).containsExactly("Egress");
        assertThat(policy().getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(Map.of("chaperone.dev/agent", "coder"));
        assertThat(Serialization.asYaml(policy().getSpec().getEgress())).contains("app: \"tracker\"", "port: 8080",
                "kubernetes.io/metadata.name: \"" + tools + "\"", "10.1.7.0/24", "k8s-app: \"kube-dns\"");
        client.resources(dev.chaperone.api.OversightPolicy.class).inNamespace(namespace).withName("closed").delete();
        await().until(() -> policy() == null);
    }

    @Test
    void followsTheServiceOfATool() {
        // Given
        requireEgress("");
        await().until(() -> policy() != null);

        // When
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: tracker, namespace: %s}
                spec: {selector: {app: tracker}, ports: [{port: 80, targetPort: 9090}]}
                """.formatted(tools));

        // Then
        await().untilAsserted(() -> assertThat(ports()).contains(9090).doesNotContain(8080));
    }

    @Test
    void isPutBackWhoeverChangesOrDeletesIt() {
        // Given
        requireEgress("");
        await().until(() -> policy() != null && ports().contains(8080));
        NetworkPolicy right = policy();

        // When
        client.resource(right).edit(policy -> {
            policy.getSpec().setEgress(List.of());
            policy.getMetadata().setLabels(Map.of());
            policy.getMetadata().setOwnerReferences(List.of());
            return policy;
        });
        await().untilAsserted(() -> assertThat(policy().getSpec()).isEqualTo(right.getSpec()));
        await().untilAsserted(() -> assertThat(policy().getMetadata().getOwnerReferences()).hasSize(1));
        await().untilAsserted(() -> assertThat(policy().getMetadata().getLabels())
                .isEqualTo(right.getMetadata().getLabels()));
        client.resource(policy()).delete();

        // Then
        await().untilAsserted(() -> assertThat(policy()).isNotNull());
        assertThat(policy().getSpec()).isEqualTo(right.getSpec());
    }

    @Test
    void aRestartWritesNothing() throws Exception {
        // Given
        requireEgress(
                "{podSelector: {}}, {cidr: 10.0.0.0/8}, {namespaceSelector: {}, ports: [{port: 1, protocol: UDP}]}");
        await().until(() -> policy() != null && ports().contains(8080));
        await().during(Duration.ofSeconds(2)).until(() -> true);
        NetworkPolicy before = policy();

        // When
        controller.close();
        startController();

        // Then
        await().during(Duration.ofSeconds(5)).until(() -> policy().getMetadata()
                .getResourceVersion().equals(before.getMetadata().getResourceVersion()));
    }

    private List<Integer> ports() {
        return policy().getSpec().getEgress().stream().flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort().getIntVal()).toList();
    }

    private NetworkPolicy policy() {
        return client.network().v1().networkPolicies().inNamespace(namespace).withName(NAME).get();
    }

    private void apply(String yaml) {
        client.resource(yaml).fieldManager("test").forceConflicts().serverSideApply();
    }
}
