package dev.chaperone.controller.reconciler.policy;

import dev.chaperone.api.ClusterToolPolicy;
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

/** Says what became of cluster policies. */
public final class ClusterToolPolicyReconciler implements Reconciler<ClusterToolPolicy> {
    private final Reconciliation reconciliation;
    private final PolicyReconciliation policies;

    public ClusterToolPolicyReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
        this.policies = new PolicyReconciliation(reconciliation);
    }

    @Override
    public List<EventSource<?, ClusterToolPolicy>> prepareEventSources(EventSourceContext<ClusterToolPolicy> context) {
        return List.of(reconciliation.onPlan(PolicyReconciliation.primaries(PolicyId.Kind.CLUSTER_TOOL_POLICY)));
    }

    @Override
    public UpdateControl<ClusterToolPolicy> reconcile(ClusterToolPolicy policy, Context<ClusterToolPolicy> context) {
        PolicyId id = PolicyId.clusterToolPolicy(policy.getMetadata().getName());
        Optional<PolicyStatus> status = policies.reconcile(id, policy, policy.getStatus());
        if (status.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        ClusterToolPolicy fresh = Resources.named(new ClusterToolPolicy(), policy);
        fresh.setStatus(status.get());
        return UpdateControl.patchStatus(fresh);
    }
}
