package dev.chaperone.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetPlannerTest {
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coder, namespace: dev, uid: u-coder}
            spec: {template: {metadata: {labels: {app: coder}}}}
            """;
    private static final AgentId CODER = new AgentId("dev", "coder");

    private final FleetPlanner planner = new FleetPlanner(new PolicyCompiler());

    @Test
    void keepsWhatItAcceptedItselfUntilItIsStored() {
        // Given
        FleetPlan first = planner.plan(Snapshots.of(CLUSTER, policy(1, "args.x == 'good'")), Map.of());

        // When
        FleetPlan second = planner.plan(Snapshots.of(CLUSTER, policy(2, "args.x ==")), first.accepted());

        // Then
        PolicyPlan policy = second.policies().get(PolicyId.toolPolicy("dev", "p"));
        assertThat(policy.accepted()).isFalse();
        assertThat(policy.inForce().generation()).isEqualTo(1);
        assertThat(second.agents().get(CODER).config()).isEqualTo(first.agents().get(CODER).config());
    }

    @Test
    void guardrailsGoOnUnderBreakGlass() {
        // Given
        FleetPlan governed = planner.plan(Snapshots.of(CLUSTER, policy(1, "args.x == 'good'")), Map.of());

        // When
        FleetPlan broken = planner.plan(
                Snapshots.of(CLUSTER.replace("\"true\"", "break-glass"), policy(2, "args.x == 'better'")),
                governed.accepted());

        // Then
        assertThat(broken.agents().get(CODER).config().revision())
                .isNotEqualTo(governed.agents().get(CODER).config().revision());
    }

    @Test
    void planningAgainWithWhatItRememberedGivesTheSameObjects() {
        // Given
        Snapshot snapshot = Snapshots.of(CLUSTER, policy(1, "args.x == 'good'"));
        FleetPlan first = planner.plan(snapshot, Map.of());

        // When
        FleetPlan second = planner.plan(snapshot, first.accepted());

        // Then
        assertThat(second).isEqualTo(first);
        assertThat(second.agents().get(CODER).config()).isSameAs(first.agents().get(CODER).config());
    }

    @Test
    void whatItRemembersChangesNoPlan() {
        // Given
        Snapshot before = Snapshots.of(CLUSTER, policy(1, "args.x == 'a'"));
        Snapshot now = Snapshots.of(CLUSTER.replace("app: coder", "app: other"), policy(2, "args.x == 'b'"));
        FleetPlan first = planner.plan(before, Map.of());

        // When
        FleetPlan second = planner.plan(now, first.accepted());

        // Then
        assertThat(second).isEqualTo(new FleetPlanner(new PolicyCompiler()).plan(now, first.accepted()));
    }

    @Test
    void concludesNothingFromNamespacesThatAreStillBeingRead() {
        // Given
        Snapshot known = Snapshots.of(CLUSTER);
        Snapshot loading = new Snapshot(
                known.namespaces(), Set.of("dev"), known.pods(), known.workloads(), known.policies(),
                known.servers(), known.accepted(), known.credentials(), known.oversight(), known.agents(),
                known.egress());

        // When
        FleetPlan plan = planner.plan(loading, Map.of());

        // Then
        assertThat(plan.agents()).isEmpty();
        assertThat(plan.loading()).containsExactly("dev");
    }

    @Test
    void storedSpecsAreReadAsTheyWereWritten() {
        // Given
        AcceptedSpec spec = planner.plan(Snapshots.of(CLUSTER, policy(3, "args.x == 'good'")), Map.of())
                .accepted()
                .get("u-p");

        // When
        String stored = Serialization.asYaml(AcceptedSpecs.store(spec, "chaperone-system"));

        // Then
        assertThat(AcceptedSpecs.read(Serialization.unmarshal(stored, ControllerRevision.class))).isEqualTo(spec);
    }

    private static String policy(int generation, String when) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: p, namespace: dev, uid: u-p, generation: %d}
                spec:
                  agentSelector: {matchLabels: {app: coder}}
                  rules: [{name: r, tools: ["a/b"], when: "%s", verdict: Allow}]
                """.formatted(generation, when);
    }
}
