package dev.chaperone.controller.reconciler.guardrailconfig;

import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.GuardrailConfigStatus;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps configs as they are planned. Whoever changes one sees it changed back. */
public final class GuardrailConfigReconciler implements Reconciler<GuardrailConfig> {
    private final Reconciliation reconciliation;

    public GuardrailConfigReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @Override
    public List<EventSource<?, GuardrailConfig>> prepareEventSources(EventSourceContext<GuardrailConfig> context) {
        return List.of(reconciliation.onPlan(change -> change.agents().stream().map(Reconciliation::id)));
    }

    @Override
    public UpdateControl<GuardrailConfig> reconcile(GuardrailConfig config, Context<GuardrailConfig> context) {
        FleetPlan plan = reconciliation.plan();
        boolean unknown = plan.loading().contains(config.getMetadata().getNamespace());
        if (reconciliation.mustNotWrite() || unknown || config.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        AgentPlan planned = plan.agents().get(Reconciliation.agentId(config));
        if (planned == null) {
            reconciliation.delete(config);
            return UpdateControl.noUpdate();
        }
        if (!planned.config().resourceSpec().equals(config.getSpec())) {
            // The event of this write brings the status, when the other configs of the plan are written as well.
            reconciliation.apply(Resources.config(planned, agentUid(config)));
            return UpdateControl.noUpdate();
        }
        return status(config, planned, plan);
    }

    private UpdateControl<GuardrailConfig> status(GuardrailConfig config, AgentPlan planned, FleetPlan plan) {
        GuardrailConfigStatus status = reconciliation.statuses(plan)
                .config(planned, config.getMetadata().getGeneration(), config.getStatus());
        if (status.equals(config.getStatus())) {
            return UpdateControl.noUpdate();
        }
        GuardrailConfig fresh = Resources.named(new GuardrailConfig(), config);
        fresh.setStatus(status);
        return UpdateControl.patchStatus(fresh);
    }

    /** The owner that it was created with; what is not applied again would be taken away. */
    private static @Nullable String agentUid(GuardrailConfig config) {
        return config.getMetadata().getOwnerReferences().stream()
                .filter(owner -> owner.getKind().equals("Agent"))
                .map(OwnerReference::getUid)
                .findFirst()
                .orElse(null);
    }
}
