package dev.chaperone.controller.reconciler.oversight;

import dev.chaperone.api.OversightPolicy;
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

/** Says how it stands with oversight policies of namespaces. */
public final class OversightPolicyReconciler implements Reconciler<OversightPolicy> {
    private final Reconciliation reconciliation;
    private final OversightReconciliation oversight;

    public OversightPolicyReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
        this.oversight = new OversightReconciliation(reconciliation);
    }

    @Override
    public List<EventSource<?, OversightPolicy>> prepareEventSources(EventSourceContext<OversightPolicy> context) {
        return List.of(reconciliation.onPlan(OversightReconciliation.primaries(true)));
    }

    @Override
    public UpdateControl<OversightPolicy> reconcile(OversightPolicy policy, Context<OversightPolicy> context) {
        Optional<OversightPolicyStatus> status = oversight.status(policy, policy.getSpec(), policy.getStatus());
        if (status.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        OversightPolicy fresh = Resources.named(new OversightPolicy(), policy);
        fresh.setStatus(status.get());
        return UpdateControl.patchStatus(fresh);
    }
}
