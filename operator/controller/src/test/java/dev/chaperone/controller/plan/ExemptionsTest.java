package dev.chaperone.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Conditions;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.status.Statuses;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.oversight.OversightId;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExemptionsTest {
    private static final String DATABASE = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: db, namespace: dev, uid: u-db}
            spec: {template: {spec: {serviceAccountName: postgres}}}
            """;
    private static final String EXEMPT = policy("all", "namespaceSelector: {}, exemptServiceAccounts: [postgres]");

    private static String namespace(String name, String governed) {
        return """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s, labels: {chaperone.dev/governed: "%s", team: a}}
                """.formatted(name, governed);
    }

    private static String policy(String name, String spec) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterOversightPolicy
                metadata: {name: %s, uid: u-%s, generation: 1}
                spec: {%s}
                """.formatted(name, name, spec);
    }

    private static String pod(String serviceAccount, String more) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  {name: db-1, namespace: dev, uid: p-db, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: db,
                    uid: u-db, controller: true}]%s}
                spec: {serviceAccountName: %s, containers: [{name: db, image: postgres}]}
                status: {phase: Running}
                """
                .formatted(more, serviceAccount);
    }

    private static FleetPlan plan(String... manifests) {
        return new FleetPlanner(new PolicyCompiler()).plan(Snapshots.of(manifests), Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true        | dev/postgres
            break-glass | dev/postgres
            ''          |
            """)
    void onlyWhereGuardrailsMayRunIsAnybodyExempt(String governed, String exempt) {
        // When
        FleetPlan plan = plan(namespace("dev", governed), EXEMPT);

        // Then
        assertThat(plan.exemptions().names()).isEqualTo(exempt == null ? List.of() : List.of(exempt));
    }

    /** The schema refuses all of these; should one have got in all the same, it exempts nobody. */
    @ParameterizedTest
    @ValueSource(strings = {
            "namespaceSelector: {}, exemptServiceAccounts: [default]",
            "namespaceSelector: {}, exemptServiceAccounts: ['', 'dev/postgres']",
            "exemptServiceAccounts: [postgres]",
            "namespaceSelector: {matchLabels: {team: b}}, exemptServiceAccounts: [postgres]"})
    void whatMeansNothingExemptsNobody(String spec) {
        assertThat(plan(namespace("dev", "true"), policy("p", spec)).exemptions().names()).isEmpty();
    }

    @Test
    void aNamespaceThatIsStillBeingReadExemptsAsBefore() {
        // Given
        Snapshot known = Snapshots.of(namespace("dev", "true"), EXEMPT);
        Snapshot loading = new Snapshot(
                known.namespaces(), Set.of("dev"), known.pods(), known.workloads(), known.policies(), known.servers(),
                known.accepted(), known.credentials(), known.oversight(), known.agents(), known.egress());

        // When
        FleetPlan plan = new FleetPlanner(new PolicyCompiler()).plan(loading, Map.of());

        // Then
        assertThat(plan.exemptions().names()).containsExactly("dev/postgres");
    }

    @Test
    void anExemptWorkloadIsAnAgentOnceItIsNotExemptAnyMore() {
        // Given
        String[] exempt = {namespace("dev", "true"), DATABASE, pod("postgres", ""), EXEMPT};
        assertThat(plan(exempt).agents()).isEmpty();
        assertThat(plan(exempt).exemptPods()).containsExactly(Map.entry(new AccountId("dev", "postgres"), 1));

        // When
        FleetPlan plan = plan(namespace("dev", "true"), DATABASE, pod("postgres", ""));

        // Then
        assertThat(plan.agents().get(new AgentId("dev", "db")).pods()).hasSize(1);
        assertThat(plan.exemptPods()).isEmpty();
    }

    @Test
    void aPodThatWasGovernedWhenItWasMadeStaysAnAgents() {
        // Given
        String bound = """
                , annotations: {chaperone.dev/workload: '{"apiVersion":"apps/v1","kind":"Deployment","name":"db",\
                "uid":"u-db"}'}""".replace("\\\n", "");

        // When
        FleetPlan plan = plan(namespace("dev", "true"), DATABASE, pod("postgres", bound), EXEMPT);

        // Then
        assertThat(plan.agents()).containsOnlyKeys(new AgentId("dev", "db"));
        assertThat(plan.exemptPods()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {", labels: {chaperone.dev/agent: coder}",
            ", annotations: {chaperone.dev/workload: nonsense}"})
    void aPodThatPassesForAnotherIsNotBelieved(String mark) {
        // When
        FleetPlan plan = plan(namespace("dev", "true"), pod("postgres", mark), EXEMPT);

        // Then
        assertThat(plan.exemptPods()).isEmpty();
        assertThat(plan.agents()).hasSize(1);
    }

    /** Its token may be good, and the API server says that the pod is there. */
    @Test
    void theChannelKnowsNoExemptPod() {
        // Given
        PlannedFleet fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));

        // When
        fleet.accept(Snapshots.of(namespace("dev", "true"), DATABASE, pod("postgres", ""), EXEMPT));

        // Then
        assertThat(fleet.pod("p-db")).isEmpty();
        assertThat(fleet.forPod("p-db")).isEmpty();
    }

    @Test
    void whoFindsNoRoomIsGovernedAndToldSo() {
        // Given
        int each = 64;
        int namespaces = GuardrailShapeSpec.EXEMPT / each;
        String names = IntStream.range(0, each).mapToObj(i -> "a" + i).collect(Collectors.joining(", "));
        List<String> manifests = new ArrayList<>();
        IntStream.range(0, namespaces).forEach(i -> manifests.add(namespace("n" + i, "true")));
        manifests.add(policy("many", "namespaceSelector: {}, exemptServiceAccounts: [" + names + "]"));
        manifests.add(namespace("z", "true"));
        manifests.add(policy(
                "late", "namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, "
                        + "values: [z]}]}, exemptServiceAccounts: [postgres]"));
        Collections.reverse(manifests);

        // When
        FleetPlan plan = plan(manifests.toArray(String[]::new));

        // Then
        assertThat(plan.exemptions().accounts()).hasSize(GuardrailShapeSpec.EXEMPT)
                .noneMatch(account -> account.namespace().equals("z"));
        assertThat(withheld(plan, "late")).isEqualTo("1 of 1 ServiceAccount are governed all the same: all policies "
                + "together exempt more than 1024, of which the first by namespace and name count");
        assertThat(withheld(plan, "many")).startsWith("64 of 1088 ServiceAccounts are governed all the same");
    }

    private static String withheld(FleetPlan plan, String policy) {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        OversightPolicyStatus status = new Statuses(
                plan, new Programming(Map.of(), now, Duration.ofSeconds(35), now.minusSeconds(60)), _ -> List.of())
                .oversight(plan.oversight().get(new OversightId(null, policy)), null);
        assertThat(status.conditions()).filteredOn(each -> each.getReason().equals(Conditions.REASON_TOO_MANY_EXEMPT))
                .extracting(each -> each.getType() + "=" + each.getStatus())
                .containsExactly("Exempted=False", "Programmed=False", "Ready=False");
        return status.conditions().stream().filter(each -> each.getType().equals(Conditions.EXEMPTED)).findFirst()
                .orElseThrow().getMessage();
    }
}
