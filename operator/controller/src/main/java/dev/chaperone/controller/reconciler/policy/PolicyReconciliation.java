package dev.chaperone.controller.reconciler.policy;

import dev.chaperone.api.PolicyStatus;
import dev.chaperone.controller.planned.FleetChange;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.PolicyPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.policy.Loosening;
import dev.chaperone.policy.PolicyId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Comparator;
import java.util.List;
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
        store(policy, planned.inForce());
        PolicyStatus status = reconciliation.statuses(plan).policy(planned, before);
        if (status.equals(before)) {
            return Optional.empty();
        }
        reconciliation.events().changed(policy, before == null ? null : before.conditions(), status.conditions());
        return Optional.of(status);
    }

    private void store(HasMetadata policy, @Nullable AcceptedSpec spec) {
        List<AcceptedSpec> stored = reconciliation.fleet().stored();
        if (spec == null || stored.contains(spec)) {
            return;
        }
        stored.stream()
                .filter(earlier -> earlier.uid().equals(spec.uid()) && earlier.generation() < spec.generation())
                .max(Comparator.comparingLong(AcceptedSpec::generation))
                .map(earlier -> Loosening.between(earlier.spec(), spec.spec()))
                .ifPresent(looser -> reconciliation.events().loosened(policy, looser));
        reconciliation.apply(AcceptedSpecs.store(spec, reconciliation.namespace()));
    }
}
