package dev.chaperone.controller.planned;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.policy.PolicyCompiler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedFleetTest {
    private static final int AGENTS = 50;

    @Test
    void compilesAnEditedExpressionOnceForAllAgents() {
        // Given
        PrometheusRegistry registry = new PrometheusRegistry();
        PlannedFleet fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(registry));
        fleet.accept(Snapshots.of(cluster("before").toArray(String[]::new)));
        double compiled = counter(registry, "chaperone_plan_expressions_compiled");

        // When
        fleet.accept(Snapshots.of(cluster("after").toArray(String[]::new)));

        // Then
        assertThat(fleet.plan().agents()).hasSize(AGENTS);
        assertThat(counter(registry, "chaperone_plan_expressions_compiled") - compiled).isEqualTo(1);
        assertThat(counter(registry, "chaperone_plan_configs_linked")).isEqualTo(2 * AGENTS);
    }

    @Test
    void linksNothingForPodsThatComeAndGo() {
        // Given
        PrometheusRegistry registry = new PrometheusRegistry();
        PlannedFleet fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(registry));
        List<String> cluster = cluster("same");
        fleet.accept(Snapshots.of(cluster.toArray(String[]::new)));
        cluster.add("""
                apiVersion: v1
                kind: Pod
                metadata: {name: w-0-a, namespace: n-0, uid: p, ownerReferences: [{apiVersion: apps/v1, \
                kind: Deployment, name: w-0, uid: u-0, controller: true}]}
                """);

        // When
        fleet.accept(Snapshots.of(cluster.toArray(String[]::new)));

        // Then
        assertThat(fleet.plan().agentOfPod()).containsKey("p");
        assertThat(counter(registry, "chaperone_plan_configs_linked")).isEqualTo(AGENTS);
    }

    private static double counter(PrometheusRegistry registry, String name) {
        return registry.scrape(name::equals).stream()
                .map(CounterSnapshot.class::cast)
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    private static List<String> cluster(String mark) {
        List<String> all = new ArrayList<>();
        all.add("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterToolPolicy
                metadata: {name: p, uid: u-p, generation: %d}
                spec:
                  rules:
                  - {name: same, tools: ["files/*"], when: "args.path == '/same'", verdict: Deny}
                  - {name: edited, tools: ["files/*"], when: "args.path == '/%s'", verdict: Deny}
                """.formatted(mark.length(), mark));
        for (int i = 0; i < AGENTS; i++) {
            all.add("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: n-%1$d, labels: {chaperone.dev/governed: "true"}}
                    ---
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: w-%1$d, namespace: n-%1$d, uid: u-%1$d}
                    spec: {template: {metadata: {labels: {app: w-%1$d}}}}
                    """.formatted(i));
        }
        return all;
    }
}
