package dev.chaperone.controller.reconciler.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentSpec;
import dev.chaperone.api.AgentSpec.WorkloadRef;
import dev.chaperone.api.AgentStatus;
import dev.chaperone.api.Conditions;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.FleetPlanner;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.ToldEvents;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.status.Statuses;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExemptedWorkloadsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final AgentId CODER = new AgentId("dev", "coder");
    private static final String NAMESPACE = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
            """;
    private static final String POLICY = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ClusterOversightPolicy
            metadata: {name: all, uid: u-all, generation: 1}
            spec: {namespaceSelector: {}, exemptServiceAccounts: [postgres]}
            """;
    private static final String WORKLOAD = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coder, namespace: dev, uid: u-coder}
            spec: {template: {metadata: {labels: {app: coder}}, spec: {serviceAccountName: postgres}}}
            """;
    private static final String GOVERNED_POD = """
            apiVersion: v1
            kind: Pod
            metadata:
              {name: a, namespace: dev, uid: u-a, annotations: {chaperone.dev/workload: \
            '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"u-coder"}'}}
            spec: {serviceAccountName: agents, containers: [{name: a, image: a}]}
            status: {phase: Running}
            """;
    private static final String ROLLOUT_POD = """
            apiVersion: v1
            kind: Pod
            metadata:
              {name: b, namespace: dev, uid: u-b, ownerReferences: [{apiVersion: example.com/v1, kind: Rollout, name: coder,
              uid: u-rollout, controller: true}]}
            spec: {serviceAccountName: postgres, containers: [{name: a, image: a}]}
            status: {phase: Running}
            """;
    private static final String NOTE = "new pods are not governed: the pod template names ServiceAccount postgres, which a"
            + " ClusterOversightPolicy exempts";

    private final List<Event> told = new ArrayList<>();
    private final ExemptedWorkloads workloads = new ExemptedWorkloads(
            new Events(ToldEvents.in(told), "here", Clock.systemUTC()));

    @Test
    void tellsOfTheWorkloadOnceItsAgentGoes() {
        // When
        workloads.tell(agent("apps/v1", "Deployment"), plan(NAMESPACE, POLICY, WORKLOAD));

        // Then
        assertThat(told).extracting(Event::getType, Event::getReason, Event::getNote)
                .containsExactly(tuple("Warning", "Loosened", NOTE));
        assertThat(told.getFirst().getRegarding()).satisfies(workload -> {
            assertThat(workload.getApiVersion()).isEqualTo("apps/v1");
            assertThat(workload.getKind()).isEqualTo("Deployment");
            assertThat(workload.getNamespace()).isEqualTo("dev");
            assertThat(workload.getName()).isEqualTo("coder");
            assertThat(workload.getUid()).isEqualTo("u-coder");
        });
    }

    @Test
    void tellsAtOnceThoughAGovernedPodIsLeftAndIsSilentWhenThatOneGoes() {
        // Given
        FleetPlan plan = plan(NAMESPACE, POLICY, WORKLOAD, GOVERNED_POD);
        Agent agent = agent("apps/v1", "Deployment");

        // When
        workloads.tell(agent, plan);
        agent.setStatus(status(plan));
        workloads.tell(agent, plan);
        workloads.tell(agent, plan(NAMESPACE, POLICY, WORKLOAD));

        // Then
        assertThat(agent.getStatus().conditions())
                .filteredOn(condition -> condition.getType().equals(Conditions.EXEMPTED))
                .singleElement().satisfies(condition -> assertThat(condition.getMessage()).isEqualTo(NOTE));
        assertThat(told).extracting(Event::getNote).containsExactly(NOTE);
    }

    @Test
    void tellsOfAKindThatIsNotReadByItsPods() {
        // When
        workloads.tell(agent("example.com/v1", "Rollout"), plan(NAMESPACE, POLICY, ROLLOUT_POD));

        // Then
        assertThat(told).extracting(Event::getNote).containsExactly(NOTE);
    }

    @Test
    void saysNothingOfOneThatIsGoneOrGovernedAgain() {
        // Given
        Agent agent = agent("apps/v1", "Deployment");

        // When
        workloads.tell(agent, plan(NAMESPACE, POLICY));
        workloads.tell(agent, plan(NAMESPACE, WORKLOAD));
        workloads.tell(agent, plan(NAMESPACE, POLICY, WORKLOAD.replace("postgres", "agents")));

        // Then
        assertThat(told).isEmpty();
    }

    private static AgentStatus status(FleetPlan plan) {
        AgentPlan planned = plan.agents().get(CODER);
        return new Statuses(
                plan, new Programming(Map.of(), NOW, Duration.ofSeconds(35), Instant.EPOCH), _ -> List.of())
                .agent(planned, 1, null);
    }

    private static FleetPlan plan(String... manifests) {
        return new FleetPlanner(new PolicyCompiler()).plan(Snapshots.of(manifests), Map.of());
    }

    private static Agent agent(String apiVersion, String kind) {
        Agent agent = new Agent();
        agent.getMetadata().setNamespace("dev");
        agent.getMetadata().setName(kind.equals("Deployment") ? "coder" : "coder.rollout.example.com");
        agent.getMetadata().setOwnerReferences(
                List.of(
                        new OwnerReferenceBuilder().withApiVersion(apiVersion).withKind(kind).withName("coder")
                                .withUid("u-coder").build()));
        agent.setSpec(new AgentSpec(new WorkloadRef(apiVersion, kind, "coder")));
        return agent;
    }
}
