package dev.chaperone.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import dev.chaperone.controller.reconciler.guardrailconfig.GuardrailConfigReconciler;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigWritingTest {
    private static final AgentId CODER = new AgentId("dev", "coder");

    private final List<Object> written = new ArrayList<>();
    private final PlannedFleet fleet = PlannedFleet
            .of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
    private final GuardrailConfigReconciler reconciler = new GuardrailConfigReconciler(
            new Reconciliation(
                    fleet, () -> new Programming(Map.of(), Instant.EPOCH, Duration.ofSeconds(35), Instant.EPOCH),
                    Map::of, client(), new Leadership(Clock.systemUTC()),
                    new Events(client(), "here", Clock.systemUTC()),
                    "chaperone-system"));

    @Test
    void writesAConfigBeforeItsStatus() {
        // Given
        fleet.accept(Snapshots.of(cluster("before")));
        GuardrailConfig present = present();
        fleet.accept(Snapshots.of(cluster("after")));

        // When
        UpdateControl<GuardrailConfig> outcome = reconciler.reconcile(present, nothing());

        // Then
        assertThat(written).hasSize(1);
        assertThat(outcome.isNoUpdate()).isTrue();
    }

    @Test
    void writesTheStatusOfAConfigThatIsThere() {
        // Given
        fleet.accept(Snapshots.of(cluster("same")));

        // When
        UpdateControl<GuardrailConfig> outcome = reconciler.reconcile(present(), nothing());

        // Then
        assertThat(written).isEmpty();
        assertThat(outcome.isPatchStatus()).isTrue();
    }

    private GuardrailConfig present() {
        GuardrailConfig config = Resources.config(fleet.plan().agents().get(CODER), "u");
        config.getMetadata().setGeneration(1L);
        return config;
    }

    private KubernetesClient client() {
        return (KubernetesClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{KubernetesClient.class},
                (proxy, method, arguments) -> resource(arguments[0]));
    }

    private Object resource(Object resource) {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{NamespaceableResource.class},
                (proxy, method, arguments) -> {
                    written.add(resource);
                    return resource;
                });
    }

    @SuppressWarnings("unchecked")
    private Context<GuardrailConfig> nothing() {
        return (Context<GuardrailConfig>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{Context.class}, (proxy, method, arguments) -> null);
    }

    private static String cluster(String mark) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterToolPolicy
                metadata: {name: p, uid: u-p, generation: %d}
                spec: {rules: [{name: r, tools: ["files/*"], verdict: Deny, message: %s}]}
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: coder, namespace: dev, uid: u}
                spec: {template: {metadata: {labels: {app: coder}}}}
                """.formatted(mark.length(), mark);
    }
}
