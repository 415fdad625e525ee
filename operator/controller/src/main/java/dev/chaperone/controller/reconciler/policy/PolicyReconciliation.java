package dev.chaperone.controller.reconciler.policy;

import dev.chaperone.api.PolicyStatus;
import dev.chaperone.controller.planned.FleetChange;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.PolicyPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.policy.PolicyId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What both kinds of policies have in common. */
final class PolicyReconciliation {
    private final Reconciliation reconciliation;

    PolicyReconciliation(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    static Function<FleetChange, Stream<ResourceID>> primaries(PolicyId.Kind kind) {
        return change -> change.policies().stream()
                .filter(id -> id.kind() == kind)
                .map(id -> new ResourceID(id.name(), id.namespace()));
    }

    /** Stores what was accepted, before anything is said of it; gives the status when it has to be written. */
    Optional<PolicyStatus> reconcile(PolicyId id, HasMetadata policy, @Nullable PolicyStatus before) {
        FleetPlan plan = reconciliation.plan();
        PolicyPlan planned = plan.policies().get(id);
        // The plan will tell when it has caught up.
        boolean current = planned != null && planned.uid().equals(policy.getMetadata().getUid())
                && planned.generation() >= policy.getMetadata().getGeneration();
        if (reconciliation.mustNotWrite() || planned == null || !current) {
            return Optional.empty();
        }
        store(planned.inForce());
        PolicyStatus status = reconciliation.statuses(plan).policy(planned, before);
        return status.equals(before) ? Optional.empty() : Optional.of(status);
    }

    private void store(@Nullable AcceptedSpec spec) {
        if (spec != null && !reconciliation.fleet().stored().contains(spec)) {
            reconciliation.apply(AcceptedSpecs.store(spec, reconciliation.namespace()));
        }
    }
}
