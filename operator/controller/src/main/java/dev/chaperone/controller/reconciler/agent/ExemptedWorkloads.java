package dev.chaperone.controller.reconciler.agent;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentSpec.WorkloadRef;
import dev.chaperone.api.Conditions;
import dev.chaperone.controller.plan.AccountId;
import dev.chaperone.controller.plan.Exemptions;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Reconciliation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;

/**
 * Tells of workloads that were governed and whose new pods are not. It is told of the workload, because its Agent goes with
 * its last governed pod; until then the Agent's status says that it was told.
 */
final class ExemptedWorkloads {
    private final Events events;

    ExemptedWorkloads(Events events) {
        this.events = events;
    }

    /** Before the Agent's status is written, or the Agent deleted. */
    void tell(Agent agent, FleetPlan plan) {
        AccountId account = plan.exemptWorkloads().get(Reconciliation.agentId(agent));
        WorkloadRef workload = agent.getSpec() == null ? null : agent.getSpec().workloadRef();
        if (account != null && workload != null && !isTold(agent)) {
            events.loosened(object(agent, workload), List.of(Exemptions.ofNewPods(account)));
        }
    }

    private static boolean isTold(Agent agent) {
        return agent.getStatus() != null && agent.getStatus().conditions() != null
                && agent.getStatus().conditions().stream()
                        .anyMatch(condition -> condition.getType().equals(Conditions.EXEMPTED));
    }

    private static GenericKubernetesResource object(Agent agent, WorkloadRef workload) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(workload.apiVersion());
        object.setKind(workload.kind());
        object.setMetadata(
                new ObjectMetaBuilder().withNamespace(agent.getMetadata().getNamespace()).withName(workload.name())
                        .withUid(
                                agent.getMetadata().getOwnerReferences().stream()
                                        .filter(owner -> owner.getKind().equals(workload.kind())
                                                && owner.getName().equals(workload.name()))
                                        .map(OwnerReference::getUid).findFirst().orElse(null))
                        .build());
        return object;
    }
}
