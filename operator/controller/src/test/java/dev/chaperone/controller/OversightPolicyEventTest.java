package dev.chaperone.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.OversightPolicySpec;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.ToldEvents;
import dev.chaperone.controller.reconciler.oversight.OversightPolicyReconciler;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A policy that asks for less oversight than before is told on it, once. */
class OversightPolicyEventTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final String STRICT = """
            apiVersion: chaperone.dev/v1alpha1
            kind: OversightPolicy
            metadata: {name: coders, namespace: dev, uid: u-coders, generation: 1}
            spec:
              monitoring: {heartbeat: {onLapse: {after: 1m, evict: true}}, auditTrail: {}}
            """;
    private static final String LOOSE = """
            apiVersion: chaperone.dev/v1alpha1
            kind: OversightPolicy
            metadata: {name: coders, namespace: dev, uid: u-coders, generation: 2}
            spec:
              monitoring: {heartbeat: {onLapse: {after: 10m, evict: true}}}
            """;

    private final List<Event> told = new ArrayList<>();
    private final PlannedFleet fleet = PlannedFleet
            .of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
    private OversightPolicyReconciler reconciler = reconciler();

    @Test
    void tellsOnceWhatIsNoLongerAskedFor() {
        // Given
        OversightPolicy strict = reconciled(policy(STRICT), STRICT);
        OversightPolicy loose = policy(LOOSE);
        loose.setStatus(strict.getStatus());

        // When
        loose = reconciled(loose, LOOSE);
        reconciled(loose, LOOSE);

        // Then
        assertThat(told).extracting(Event::getReason, Event::getNote).containsExactly(
                tuple("Loosened", "monitoring.auditTrail is no longer required"),
                tuple("Loosened",
                        "monitoring.heartbeat lapses for 10m instead of 1m before anything narrows"));
        assertThat(told).allSatisfy(event -> assertThat(event.getRegarding().getName()).isEqualTo("coders"));
    }

    @Test
    void tellsOfNothingThatBecameStricterOrOnlyOfAnotherOperator() {
        // Given
        OversightPolicy loose = reconciled(policy(LOOSE), LOOSE);
        reconciler = reconciler();

        // When
        reconciled(loose, LOOSE);

        // Then
        assertThat(told).isEmpty();
    }

    @Test
    void saysThatItDoesNotKnowWhatWasChangedWhileNobodyLed() {
        // Given
        OversightPolicy strict = reconciled(policy(STRICT), STRICT);
        OversightPolicy loose = policy(LOOSE);
        loose.setStatus(strict.getStatus());
        reconciler = reconciler();

        // When
        reconciled(loose, LOOSE);

        // Then
        assertThat(told).extracting(Event::getNote)
                .containsExactly("it was changed while nobody led who knew what it said before");
    }

    private OversightPolicy reconciled(OversightPolicy policy, String manifest) {
        fleet.accept(Snapshots.of("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                ---
                """ + manifest));
        reconciler.reconcile(policy, nothing()).getResource()
                .ifPresent(written -> policy.setStatus(written.getStatus()));
        return policy;
    }

    private static OversightPolicy policy(String manifest) {
        OversightPolicy policy = Serialization.unmarshal(manifest, OversightPolicy.class);
        assertThat(policy.getSpec()).isInstanceOf(OversightPolicySpec.class);
        return policy;
    }

    private OversightPolicyReconciler reconciler() {
        return new OversightPolicyReconciler(
                new Reconciliation(
                        fleet, () -> new Programming(Map.of(), NOW, Duration.ofSeconds(35), Instant.EPOCH), Map::of,
                        ToldEvents.in(told), new Leadership(Clock.systemUTC()),
                        new Events(ToldEvents.in(told), "here", Clock.systemUTC()),
                        "chaperone-system"));
    }

    @SuppressWarnings("unchecked")
    private Context<OversightPolicy> nothing() {
        return (Context<OversightPolicy>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{Context.class}, (proxy, method, arguments) -> null);
    }
}
