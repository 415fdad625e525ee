package dev.chaperone.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.AgentStatus;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.FleetPlanner;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final Duration HEARTBEAT = Duration.ofSeconds(35);
    private static final AgentId CODER = new AgentId("dev", "coder");

    private final FleetPlan plan = new FleetPlanner(new PolicyCompiler()).plan(
            Snapshots.of(
                    """
                            apiVersion: v1
                            kind: Namespace
                            metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                            ---
                            apiVersion: apps/v1
                            kind: Deployment
                            metadata: {name: coder, namespace: dev, uid: u-coder}
                            spec: {template: {metadata: {labels: {app: coder}}}}
                            ---
                            apiVersion: chaperone.dev/v1alpha1
                            kind: ToolPolicy
                            metadata: {name: p, namespace: dev, uid: u-p, generation: 1}
                            spec: {defaultVerdict: Deny}
                            """,
                    pod("ready", "True", ""), pod("starting", "False", ""), pod("lost", "Unknown", ""),
                    pod("going", "True", "deletionTimestamp: '2026-01-01T00:00:00Z', ")),
            Map.of());
    private final AgentPlan coder = plan.agents().get(CODER);
    private final Map<String, PodReport> reports = new HashMap<>();

    @Test
    void isReadyWhenEveryReadyPodHasReported() {
        // Given
        report("ready", coder.config().revision(), NOW.minusSeconds(30));

        // When
        AgentStatus status = statuses(NOW.minusSeconds(600)).agent(coder, 1, null);

        // Then
        assertThat(status.programmed()).isEqualTo("1/3");
        assertThat(condition(status.conditions(), "Programmed").getMessage()).isEqualTo("1/3 pods");
        assertThat(condition(status.conditions(), "Programmed").getStatus()).isEqualTo("False");
        assertThat(condition(status.conditions(), "Ready").getStatus()).isEqualTo("True");
    }

    @Test
    void countsNoReportThatIsTooOldOrOfAnotherRevision() {
        // Given
        report("ready", coder.config().revision(), NOW.minusSeconds(36));
        report("starting", "sha256:other", NOW);

        // When
        AgentStatus status = statuses(NOW.minusSeconds(600)).agent(coder, 1, null);

        // Then
        assertThat(status.programmed()).isEqualTo("0/3");
        assertThat(condition(status.conditions(), "Ready").getMessage())
                .isEqualTo("pod ready does not decide by it yet");
    }

    @Test
    void aPolicyIsReadyWhenItsAgentsAre() {
        // Given
        PolicyId id = PolicyId.toolPolicy("dev", "p");

        // When
        List<Condition> before = statuses(NOW.minusSeconds(600)).policy(plan.policies().get(id), null).conditions();
        report("ready", coder.config().revision(), NOW);
        List<Condition> after = statuses(NOW.minusSeconds(600)).policy(plan.policies().get(id), null).conditions();

        // Then
        assertThat(condition(before, "Ready").getMessage()).isEqualTo("agent dev/coder does not decide by it yet");
        assertThat(condition(after, "Ready").getStatus()).isEqualTo("True");
        assertThat(condition(after, "Programmed").getMessage()).isEqualTo("1/3 pods");
    }

    @Test
    void aConditionKeepsItsTimeAsLongAsItsStatus() {
        // Given
        AgentStatus before = new Statuses(
                plan, new Programming(reports, NOW.minusSeconds(100), HEARTBEAT, NOW.minusSeconds(600)), _ -> List.of())
                .agent(coder, 1, null);
        report("ready", coder.config().revision(), NOW);

        // When
        AgentStatus after = statuses(NOW.minusSeconds(600)).agent(coder, 1, before);

        // Then
        assertThat(condition(after.conditions(), "Programmed").getLastTransitionTime())
                .isEqualTo("2026-01-01T00:08:20Z");
        assertThat(condition(after.conditions(), "Ready").getLastTransitionTime()).isEqualTo("2026-01-01T00:10:00Z");
    }

    @Test
    void aReplicaThatHasJustBegunTakesNoSilenceForAnswer() {
        // Given
        report("ready", coder.config().revision(), NOW);
        report("starting", coder.config().revision(), NOW);
        report("lost", coder.config().revision(), NOW);
        AgentStatus before = statuses(NOW.minusSeconds(600)).agent(coder, 1, null);
        reports.clear();

        // When
        AgentStatus begun = statuses(NOW.minusSeconds(1)).agent(coder, 1, before);
        AgentStatus later = statuses(NOW.minusSeconds(36)).agent(coder, 1, before);

        // Then
        assertThat(begun).isEqualTo(before);
        assertThat(condition(later.conditions(), "Ready").getStatus()).isEqualTo("False");
    }

    private Statuses statuses(Instant since) {
        return new Statuses(plan, new Programming(reports, NOW, HEARTBEAT, since), _ -> List.of());
    }

    private void report(String pod, String revision, Instant when) {
        reports.put("u-" + pod, new PodReport(revision, null, List.of(1), when, null, List.of(), null));
    }

    private static Condition condition(List<Condition> conditions, String type) {
        return conditions.stream().filter(condition -> condition.getType().equals(type)).findFirst().orElseThrow();
    }

    private static String pod(String name, String ready, String metadata) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  {%3$sname: %1$s, namespace: dev, uid: u-%1$s, annotations: {chaperone.dev/workload: \
                '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"u-coder"}'}}
                status: {phase: Running, conditions: [{type: Ready, status: "%2$s"}]}
                """.formatted(name, ready, metadata);
    }
}
