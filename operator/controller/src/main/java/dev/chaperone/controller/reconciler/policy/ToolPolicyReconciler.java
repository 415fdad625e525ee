package dev.chaperone.controller.reconciler.policy;

import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.PolicyStatus;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import dev.chaperone.policy.PolicyId;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Optional;

/** Says what became of policies of namespaces. */
public final class ToolPolicyReconciler implements Reconciler<ToolPolicy> {
    private final Reconciliation reconciliation;
    private final PolicyReconciliation policies;

    public ToolPolicyReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
        this.policies = new PolicyReconciliation(reconciliation);
    }

    @Override
    public List<EventSource<?, ToolPolicy>> prepareEventSources(EventSourceContext<ToolPolicy> context) {
        return List.of(reconciliation.onPlan(PolicyReconciliation.primaries(PolicyId.Kind.TOOL_POLICY)));
    }

    @Override
    public UpdateControl<ToolPolicy> reconcile(ToolPolicy policy, Context<ToolPolicy> context) {
        PolicyId id = PolicyId.toolPolicy(policy.getMetadata().getNamespace(), policy.getMetadata().getName());
        Optional<PolicyStatus> status = policies.reconcile(id, policy, policy.getStatus());
        if (status.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        ToolPolicy fresh = Resources.named(new ToolPolicy(), policy);
        fresh.setStatus(status.get());
        return UpdateControl.patchStatus(fresh);
    }
}
