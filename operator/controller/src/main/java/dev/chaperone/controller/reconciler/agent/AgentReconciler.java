package dev.chaperone.controller.reconciler.agent;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentStatus;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import dev.chaperone.controller.reconciler.census.CensusTaker;
import dev.chaperone.controller.reconciler.census.CensusTaker.Taken;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;

/** Keeps agents as they are planned. */
public final class AgentReconciler implements Reconciler<Agent> {
    private final Reconciliation reconciliation;
    private final CensusTaker census;

    public AgentReconciler(Reconciliation reconciliation, CensusTaker census) {
        this.reconciliation = reconciliation;
        this.census = census;
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
        Taken taken = census.take(agent, planned);
        AgentStatus status = reconciliation.statuses(plan).agent(planned, generation, agent.getStatus())
                .withCoverage(taken.coverage());
        UpdateControl<Agent> control = UpdateControl.noUpdate();
        if (!status.equals(agent.getStatus())) {
            reconciliation.events().overseen(
                    agent, agent.getStatus() == null ? null : agent.getStatus().oversight(), status.oversight());
            Agent fresh = Resources.named(new Agent(), agent);
            fresh.setStatus(status);
            control = UpdateControl.patchStatus(fresh);
        }
        return taken.again() == null ? control : control.rescheduleAfter(taken.again());
    }
}
