package dev.chaperone.controller.reconciler.agent;

import org.jspecify.annotations.Nullable;
import java.time.Duration;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.oversight.RequirementStanding;
import dev.chaperone.controller.reconciler.eviction.Evictions;
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
    /** A budget may refuse for now, and there may be other pods. */
    private static final Duration EVICT_AGAIN = Duration.ofSeconds(15);

    private final Reconciliation reconciliation;
    private final CensusTaker census;
    private final Evictions evictions;
    private final ExemptedWorkloads exempted;

    public AgentReconciler(Reconciliation reconciliation, CensusTaker census, Evictions evictions) {
        this.reconciliation = reconciliation;
        this.census = census;
        this.evictions = evictions;
        this.exempted = new ExemptedWorkloads(reconciliation.events());
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
            exempted.tell(agent, plan);
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
            exempted.tell(agent, plan);
            reconciliation.events().overseen(
                    agent, agent.getStatus() == null ? null : agent.getStatus().oversight(), status.oversight());
            Agent fresh = Resources.named(new Agent(), agent);
            fresh.setStatus(status);
            control = UpdateControl.patchStatus(fresh);
        }
        Duration again = evict(planned.id()) ? shorter(EVICT_AGAIN, taken.again()) : taken.again();
        return again == null ? control : control.rescheduleAfter(again);
    }

    /** Evicts as oversight policies ask for; says whether there is more to be looked after. */
    private boolean evict(AgentId agent) {
        boolean any = false;
        for (RequirementStanding standing : reconciliation.oversight().get().getOrDefault(agent, List.of())) {
            if (standing.requirement().evicts() && !standing.overdue().isEmpty()) {
                evictions.consider(agent, standing.overdue(), standing.requirement().name());
                any = true;
            }
        }
        return any;
    }

    private static Duration shorter(Duration one, @Nullable Duration other) {
        return other != null && other.compareTo(one) < 0 ? other : one;
    }
}
