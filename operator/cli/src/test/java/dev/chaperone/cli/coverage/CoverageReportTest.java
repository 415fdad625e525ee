package dev.chaperone.cli.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.coverage.CoverageReport.Sum;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CoverageReportTest {
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();
    private static final String TAMPERED = "deviations: [{pod: payer-2, standing: Tampered, reason: \"it is\\nodd\"}]";

    @Test
    void agentsAreListedByNamespaceAndName() {
        // When
        CoverageReport report = of(
                List.of(agent("b", "y", 1, 1, ""), agent("a", "z", 3, 3, ""), agent("b", "x", 20, 19, TAMPERED)));

        // Then
        assertThat(printed(report)).isEqualTo("""
                NAMESPACE   AGENT   GUARDED
                a           z       3/3
                b           x       19/20
                  payer-2  Tampered  it is\\u000aodd
                b           y       1/1

                a           3 of 3 pods guarded (100 %)
                b           20 of 21 pods guarded (95.2 %)
                all         23 of 24 pods guarded (95.8 %)
                """);
        assertThat(report.total().isComplete()).isFalse();
    }

    @Test
    void stalePodsAreShownAndCountAsGuarded() {
        // When
        CoverageReport report = of(
                List.of(agent("a", "x", 2, 2, "deviations: [{pod: x-1, standing: Stale, reason: old}]")));

        // Then
        assertThat(printed(report)).contains("x-1  Stale  old").contains("a           2 of 2 pods guarded");
        assertThat(report.total()).isEqualTo(new Sum(2, 2, 0, 0));
        assertThat(report.total().isComplete()).isTrue();
    }

    @Test
    void whatHasNoRoomIsCounted() {
        assertThat(printed(of(List.of(agent("a", "x", 30, 5, TAMPERED)))))
                .contains("  and 24 more pods that are not guarded\n");
    }

    @Test
    void nobodyCountsAsGuardedUncounted() {
        // Given
        Agent fresh = agent("a", "x", 0, 0, "");
        fresh.setStatus(null);

        // When
        CoverageReport report = of(List.of(fresh));

        // Then
        assertThat(printed(report)).contains("not counted yet").contains("no pods, agents not counted yet: 1");
        assertThat(report.total().isComplete()).isFalse();
    }

    @Test
    void agentsOutsideOfTheClusterHaveNoPods() {
        // Given
        Agent outside = agent("a", "x", 0, 0, "");
        outside.setSpec(null);

        // When
        CoverageReport report = of(List.of(outside));

        // Then
        assertThat(printed(report)).startsWith("No agents");
        assertThat(report.total().isComplete()).isTrue();
    }

    @Test
    void programsReadTheSame() throws Exception {
        // Given
        List<Agent> agents = new ArrayList<>(List.of(agent("b", "x", 20, 19, TAMPERED), agent("a", "z", 3, 3, "")));

        // When
        JsonNode json = new ObjectMapper().readTree(CoverageJson.of(of(agents)));

        // Then
        assertThat(json.at("/guardedPods").asInt()).isEqualTo(22);
        assertThat(json.at("/pods").asInt()).isEqualTo(23);
        assertThat(json.at("/namespaces/1/name").asText()).isEqualTo("b");
        assertThat(json.at("/agents/1/deviations/0/standing").asText()).isEqualTo("Tampered");
        assertThat(json.at("/agents/0/deviations").isMissingNode()).isTrue();
    }

    @Test
    void exemptPodsAreCountedApartAndOnce() throws Exception {
        // Given
        List<Agent> agents = List.of(agent("b", "x", 2, 2, ""));
        List<ClusterOversightPolicy> policies = List.of(
                exempting("a, serviceAccount: db, pods: 3", "b, serviceAccount: db, pods: 1"),
                exempting("b, serviceAccount: db, pods: 1", "b, serviceAccount: jobs, pods: 2"));

        // When
        CoverageReport report = CoverageReport.of(agents, policies, null);

        // Then
        assertThat(printed(report)).endsWith("""

                a           no pods, 3 exempt
                b           2 of 2 pods guarded (100 %), 3 exempt
                all         2 of 2 pods guarded (100 %), 6 exempt
                """);
        assertThat(report.total()).isEqualTo(new Sum(2, 2, 0, 6));
        assertThat(report.total().isComplete()).isTrue();
        assertThat(new ObjectMapper().readTree(CoverageJson.of(report)).at("/namespaces/1/exemptPods").asInt())
                .isEqualTo(3);
    }

    @Test
    void exemptPodsOfOtherNamespacesAreNotToldOf() {
        // When
        CoverageReport report = CoverageReport.of(
                List.of(), List.of(exempting("a, serviceAccount: db, pods: 3", "b, serviceAccount: db, pods: 1")), "b");

        // Then
        assertThat(printed(report)).startsWith("No agents").endsWith("\n\nb           no pods, 1 exempt\n");
    }

    @Test
    void whatMayNotBeSeenIsSaid() throws Exception {
        // When
        CoverageReport report = CoverageReport.of(List.of(agent("a", "x", 1, 1, "")), null, null);

        // Then
        assertThat(printed(report)).endsWith("Pods of exempt ServiceAccounts are not shown: you may not list"
                + " clusteroversightpolicies.\n");
        assertThat(new ObjectMapper().readTree(CoverageJson.of(report)).has("exemptPods")).isFalse();
    }

    private static CoverageReport of(List<Agent> agents) {
        return CoverageReport.of(agents, List.of(), null);
    }

    private static ClusterOversightPolicy exempting(String... exempt) {
        return KUBERNETES.unmarshal("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterOversightPolicy
                metadata: {name: p}
                status: {exempt: [%s]}
                """.formatted(Arrays.stream(exempt).map(each -> "{namespace: " + each + "}")
                .collect(Collectors.joining(", "))), ClusterOversightPolicy.class);
    }

    private static String printed(CoverageReport report) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new CoverageTable(Console.to(new PrintStream(out, true, StandardCharsets.UTF_8))).print(report);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Agent agent(String namespace, String name, int pods, int guarded, String deviations) {
        return KUBERNETES.unmarshal("""
                apiVersion: chaperone.dev/v1alpha1
                kind: Agent
                metadata: {namespace: %s, name: %s}
                spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: %s}}
                status:
                  coverage:
                    pods: %d
                    guardedPods: %d
                    guarded: %d/%d
                    %s
                """.formatted(namespace, name, name, pods, guarded, guarded, pods, deviations), Agent.class);
    }
}
