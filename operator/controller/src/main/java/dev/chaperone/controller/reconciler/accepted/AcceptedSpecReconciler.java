package dev.chaperone.controller.reconciler.accepted;

import dev.chaperone.controller.plan.PolicyPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.AcceptedSpecs;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;

/** Deletes accepted specs of policies that are gone, and those that a newer one is stored after. */
public final class AcceptedSpecReconciler implements Reconciler<ControllerRevision> {
    private final Reconciliation reconciliation;

    public AcceptedSpecReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @Override
    public List<EventSource<?, ControllerRevision>> prepareEventSources(
            EventSourceContext<ControllerRevision> context) {
        return List.of(
                reconciliation.onPlan(change -> reconciliation.fleet().stored().stream()
                        .filter(this::isSpent)
                        .map(spec -> new ResourceID(AcceptedSpecs.name(spec), reconciliation.namespace()))));
    }

    @Override
    public UpdateControl<ControllerRevision> reconcile(
            ControllerRevision revision, Context<ControllerRevision> context) {
        AcceptedSpec spec = AcceptedSpecs.read(revision);
        if (!reconciliation.mustNotWrite() && spec != null && isSpent(spec)
                && revision.getMetadata().getDeletionTimestamp() == null) {
            reconciliation.delete(revision);
        }
        return UpdateControl.noUpdate();
    }

    private boolean isSpent(AcceptedSpec spec) {
        PolicyPlan policy = reconciliation.plan().policies().get(spec.id());
        return policy == null || !policy.uid().equals(spec.uid())
                || reconciliation.fleet().stored().stream()
                        .anyMatch(other -> other.uid().equals(spec.uid()) && other.generation() > spec.generation());
    }
}
