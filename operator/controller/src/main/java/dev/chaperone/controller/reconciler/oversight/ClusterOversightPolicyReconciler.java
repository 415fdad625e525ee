package dev.chaperone.controller.reconciler.oversight;

import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Optional;

/** Says how it stands with oversight policies of the cluster. */
public final class ClusterOversightPolicyReconciler implements Reconciler<ClusterOversightPolicy> {
    private final Reconciliation reconciliation;
    private final OversightReconciliation oversight;

    public ClusterOversightPolicyReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
        this.oversight = new OversightReconciliation(reconciliation);
    }

    @Override
    public List<EventSource<?, ClusterOversightPolicy>> prepareEventSources(
            EventSourceContext<ClusterOversightPolicy> context) {
        return List.of(reconciliation.onPlan(OversightReconciliation.primaries(false)));
    }

    @Override
    public UpdateControl<ClusterOversightPolicy> reconcile(ClusterOversightPolicy policy,
            Context<ClusterOversightPolicy> context) {
        Optional<OversightPolicyStatus> status = oversight.status(policy, policy.getSpec(), policy.getStatus());
        if (status.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        ClusterOversightPolicy fresh = Resources.named(new ClusterOversightPolicy(), policy);
        fresh.setStatus(status.get());
        return UpdateControl.patchStatus(fresh);
    }
}
