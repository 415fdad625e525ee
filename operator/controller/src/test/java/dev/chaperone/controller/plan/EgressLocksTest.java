package dev.chaperone.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.api.Workload;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressLocksTest {
    private static final Workload CODER = new Workload("apps/v1", "Deployment", "coder", "w");
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: dev, labels: {chaperone.dev/governed: "true", tier: gold}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coder, namespace: dev, uid: w}
            spec: {template: {metadata: {labels: {app: coder}}}}
            ---
            """;
    private static final String POLICY = """
            apiVersion: chaperone.dev/v1alpha1
            kind: %s
            metadata: {name: one, uid: o-1, generation: 1%s}
            spec: {egress: {mode: %s}%s}
            """;

    private static boolean required(String kind, String namespace, String mode, String selectors, Workload workload,
            Map<String, String> labels) {
        return EgressLocks.required(
                Snapshots.of(CLUSTER + POLICY.formatted(kind, namespace, mode, selectors)), "dev", workload, labels);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OversightPolicy        | , namespace: dev   | Locked     | ''                                                  | true
            OversightPolicy        | , namespace: other | Locked     | ''                                                  | false
            OversightPolicy        | , namespace: dev   | Restricted | ''                                                  | false
            OversightPolicy        | , namespace: dev   | Locked     | , agentSelector: {matchLabels: {app: coder}}        | true
            OversightPolicy        | , namespace: dev   | Locked     | , agentSelector: {matchLabels: {app: payer}}        | false
            ClusterOversightPolicy | ''                 | Locked     | ''                                                  | true
            ClusterOversightPolicy | ''                 | Locked     | , namespaceSelector: {matchLabels: {tier: gold}}    | true
            ClusterOversightPolicy | ''                 | Locked     | , namespaceSelector: {matchLabels: {tier: silver}}  | false
            """)
    void policiesSelectByTheLabelsOfTheTemplate(
            String kind, String namespace, String mode, String selectors, boolean locked) {
        assertThat(required(kind, namespace, mode, selectors, CODER, Map.of())).isEqualTo(locked);
    }

    @Test
    void aWorkloadThatIsNotKnownYetIsSelectedByThePodsLabels() {
        // Given
        Workload fresh = new Workload("apps/v1", "Deployment", "fresh", "x");
        String selector = ", agentSelector: {matchLabels: {app: payer}}";

        // When
        boolean selected = required("OversightPolicy", ", namespace: dev", "Locked", selector, fresh,
                Map.of("app", "payer", "pod-template-hash", "5d"));

        // Then
        assertThat(selected).isTrue();
        assertThat(required("OversightPolicy", ", namespace: dev", "Locked", selector, fresh, Map.of())).isFalse();
        assertThat(required("OversightPolicy", ", namespace: dev", "Locked", selector, Workload.POD,
                Map.of("app", "payer"))).isTrue();
    }

    @Test
    void labelsOfThePodTakeNothingAway() {
        assertThat(required("OversightPolicy", ", namespace: dev", "Locked",
                ", agentSelector: {matchLabels: {app: coder}}", CODER, Map.of("app", "other"))).isTrue();
    }

    @Test
    void whereTheNamespaceIsNotKnownNothingIsGuessed() {
        // Given
        var snapshot = Snapshots.of(CLUSTER + POLICY.formatted("ClusterOversightPolicy", "", "Locked", ""));

        // When, then
        assertThatThrownBy(() -> EgressLocks.required(snapshot, "new", CODER, Map.of()))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("namespace new is not known yet");
        assertThat(EgressLocks.required(Snapshots.of(CLUSTER.replaceFirst("---\\s*$", "")), "new", CODER, Map.of()))
                .isFalse();
    }
}
