package dev.chaperone.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.api.ToolServer;
import dev.chaperone.config.Digests;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.ToldEvents;
import dev.chaperone.controller.reconciler.server.ToolServerReconciler;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A changed definition is told on its server, once, whatever the number of pods that see it. */
class ToolServerEventTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final String PIN = Digests.of(new byte[]{1});
    private static final String OTHER = Digests.of(new byte[]{2});

    private final List<Event> told = new ArrayList<>();
    private final Map<String, PodReport> reports = new HashMap<>();
    private final PlannedFleet fleet = PlannedFleet
            .of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
    private final ToolServerReconciler reconciler = reconciler();

    @Test
    void warnsWithBothDigestsAndOnce() {
        // Given
        fleet.accept(Snapshots.of(cluster()));
        ToolServer server = server();
        reports.put("u-a", saw(OTHER));
        UpdateControl<ToolServer> first = reconciler.reconcile(server, nothing());
        server.setStatus(first.getResource().orElseThrow().getStatus());

        // When
        reports.put("u-b", saw(OTHER));
        UpdateControl<ToolServer> second = reconciler.reconcile(server, nothing());

        // Then
        assertThat(first.isPatchStatus()).isTrue();
        assertThat(second.isPatchStatus()).isTrue();
        assertThat(told).allSatisfy(event -> {
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getReason()).isEqualTo("ToolDefinitionChanged");
            assertThat(event.getRegarding().getName()).isEqualTo("files");
            assertThat(event.getNote()).isEqualTo("read: the server shows " + OTHER + ", pinned is " + PIN);
        });
        // The API server takes an event of a name once.
        assertThat(told.stream().map(event -> event.getMetadata().getName()).distinct()).hasSize(1);
    }

    @Test
    void saysNothingWhileAllIsAsPinned() {
        // Given
        fleet.accept(Snapshots.of(cluster()));
        reports.put("u-a", new PodReport("r", null, List.of(1), NOW, null, List.of(), null));

        // When
        UpdateControl<ToolServer> outcome = reconciler.reconcile(server(), nothing());

        // Then
        assertThat(outcome.isPatchStatus()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void tellsOnceOfAPinThatIsTakenAway() {
        // Given
        ToolServer server = pinned();

        // When
        fleet.accept(Snapshots.of(cluster().replace(", definition: '" + PIN + "'", "").replace("n: 3", "n: 4")));
        server.getMetadata().setGeneration(4L);
        UpdateControl<ToolServer> first = reconciler.reconcile(server, nothing());
        server.setStatus(first.getResource().orElseThrow().getStatus());
        UpdateControl<ToolServer> second = reconciler.reconcile(server, nothing());

        // Then
        assertThat(told).extracting(Event::getReason, Event::getNote)
                .containsExactly(tuple("Loosened", "tool read is no longer pinned, it was to " + PIN));
        assertThat(second.isNoUpdate()).isTrue();
    }

    @Test
    void tellsOfAPinThatWasTakenAwayWhileNoOperatorRanAndOfNoneThatWasNot() {
        // Given
        ToolServer server = pinned();
        ToolServerReconciler restarted = reconciler();

        // When
        UpdateControl<ToolServer> same = restarted.reconcile(server, nothing());
        fleet.accept(Snapshots.of(cluster().replace(PIN, OTHER).replace("n: 3", "n: 4")));
        server.getMetadata().setGeneration(4L);
        UpdateControl<ToolServer> changed = reconciler().reconcile(server, nothing());

        // Then
        assertThat(same.isNoUpdate()).isTrue();
        assertThat(changed.isPatchStatus()).isTrue();
        assertThat(told).extracting(Event::getNote)
                .containsExactly("tool read is pinned to " + OTHER + ", it was to " + PIN);
    }

    @Test
    void tellsOfAServerThatWasDeletedAndMadeAgainWithoutPins() {
        // Given
        pinned();
        String again = cluster().replace(", definition: '" + PIN + "'", "").replace("uid: u-files", "uid: u-again");

        // When
        fleet.accept(Snapshots.of(again));
        ToolServer server = server();
        server.getMetadata().setUid("u-again");
        reconciler.reconcile(server, nothing());

        // Then
        assertThat(told).extracting(Event::getNote)
                .containsExactly("tool read is no longer pinned, it was to " + PIN);
    }

    @Test
    void tellsOfManyPinsInFewEvents() {
        // Given
        String tools = IntStream.range(0, 40).mapToObj(i -> "{name: t" + i + ", definition: '" + PIN + "'}")
                .collect(Collectors.joining(", ", "tools: [", "]"));
        String many = cluster().replaceFirst("tools: .*]", tools);
        ToolServer server = server();
        fleet.accept(Snapshots.of(many));
        server.setStatus(reconciler.reconcile(server, nothing()).getResource().orElseThrow().getStatus());

        // When
        fleet.accept(Snapshots.of(many.replace(PIN, OTHER).replace("n: 3", "n: 4")));
        server.getMetadata().setGeneration(4L);
        reconciler.reconcile(server, nothing());

        // Then
        assertThat(told).hasSize(16);
        assertThat(told.getLast().getNote())
                .isEqualTo("and 25 more such changes");
    }

    private ToolServer pinned() {
        fleet.accept(Snapshots.of(cluster()));
        ToolServer server = server();
        server.setStatus(reconciler.reconcile(server, nothing()).getResource().orElseThrow().getStatus());
        assertThat(told).isEmpty();
        return server;
    }

    private static PodReport saw(String seen) {
        return new PodReport("r", null, List.of(1), NOW, null,
                List.of(new ChangedDefinition("files", "read", seen, NOW)), null);
    }

    private static ToolServer server() {
        ToolServer server = new ToolServer();
        server.getMetadata().setNamespace("dev");
        server.getMetadata().setName("files");
        server.getMetadata().setUid("u-files");
        server.getMetadata().setGeneration(3L);
        return server;
    }

    private ToolServerReconciler reconciler() {
        return new ToolServerReconciler(
                new Reconciliation(
                        fleet, () -> new Programming(reports, NOW, Duration.ofSeconds(35), Instant.EPOCH), Map::of,
                        ToldEvents.in(told), new Leadership(Clock.systemUTC()),
                        new Events(ToldEvents.in(told), "here", Clock.systemUTC()),
                        "chaperone-system"));
    }

    @SuppressWarnings("unchecked")
    private Context<ToolServer> nothing() {
        return (Context<ToolServer>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{Context.class}, (proxy, method, arguments) -> null);
    }

    private static String cluster() {
        return """
                apiVersion: v1
                kind: Namespace
                metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: coder, namespace: dev, uid: u-coder}
                spec: {template: {metadata: {labels: {app: coder}}}}
                ---
                %s---
                %s---
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: files, namespace: dev, uid: u-files, generation: 3}
                spec: {url: 'http://files/mcp', tools: [{name: read, definition: '%s'}]}
                """.formatted(pod("a"), pod("b"), PIN);
    }

    private static String pod(String name) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  {name: %1$s, namespace: dev, uid: u-%1$s, annotations: {chaperone.dev/workload: \
                '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"u-coder"}'}}
                status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
                """.formatted(name);
    }
}
