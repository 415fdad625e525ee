package dev.chaperone.controller.reconciler.agent;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentStatus;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;

/** Keeps agents as they are planned. */
public final class AgentReconciler implements Reconciler<Agent> {
    private final Reconciliation reconciliation;

    public AgentReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @Override
    public List<EventSource<?, Agent>> prepareEventSources(EventSourceContext<Agent> context) {
        return List.of(reconciliation.onPlan(change -> change.agents().stream().map(Reconciliation::id)));
    }

    @Override
    public UpdateControl<Agent> reconcile(Agent agent, Context<Agent> context) {
        FleetPlan plan = reconciliation.plan();
        boolean unknown = plan.loading().contains(agent.getMetadata().getNamespace());
        if (reconciliation.mustNotWrite() || unknown || agent.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        AgentPlan planned = plan.agents().get(Reconciliation.agentId(agent));
        if (planned != null) {
            return keep(agent, planned, plan);
        }
        // One without a workload was declared by somebody, and runs outside of Kubernetes.
        if (agent.getSpec() != null && agent.getSpec().workloadRef() != null) {
            reconciliation.delete(agent);
        }
        return UpdateControl.noUpdate();
    }

    private UpdateControl<Agent> keep(Agent agent, AgentPlan planned, FleetPlan plan) {
        Agent wanted = Resources.agent(planned);
        if (!Resources.isAs(wanted, agent)) {
            reconciliation.apply(wanted);
        }
        long generation = agent.getMetadata().getGeneration();
        AgentStatus status = reconciliation.statuses(plan).agent(planned, generation, agent.getStatus());
        if (status.equals(agent.getStatus())) {
            return UpdateControl.noUpdate();
        }
        reconciliation.events().overseen(
                agent, agent.getStatus() == null ? null : agent.getStatus().oversight(), status.oversight());
        Agent fresh = Resources.named(new Agent(), agent);
        fresh.setStatus(status);
        return UpdateControl.patchStatus(fresh);
    }
}
