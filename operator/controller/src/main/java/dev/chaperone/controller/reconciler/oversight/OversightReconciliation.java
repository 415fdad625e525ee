package dev.chaperone.controller.reconciler.oversight;

import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.OversightPlan;
import dev.chaperone.controller.planned.FleetChange;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.policy.oversight.OversightId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What both kinds of oversight policies have in common. */
final class OversightReconciliation {
    private OversightReconciliation() {}

    static Function<FleetChange, Stream<ResourceID>> primaries(boolean namespaced) {
        return change -> change.oversight().stream()
                .filter(id -> namespaced == (id.namespace() != null))
                .map(id -> new ResourceID(id.name(), id.namespace()));
    }

    /** The status when it has to be written. */
    static Optional<OversightPolicyStatus> status(
            Reconciliation reconciliation, HasMetadata policy, @Nullable OversightPolicyStatus before) {
        FleetPlan plan = reconciliation.plan();
        OversightPlan planned = plan.oversight().get(
                new OversightId(policy.getMetadata().getNamespace(), policy.getMetadata().getName()));
        // The plan will tell when it has caught up.
        boolean current = planned != null && planned.uid().equals(policy.getMetadata().getUid())
                && planned.generation() >= policy.getMetadata().getGeneration();
        if (reconciliation.mustNotWrite() || planned == null || !current) {
            return Optional.empty();
        }
        OversightPolicyStatus status = reconciliation.statuses(plan).oversight(planned, before);
        return status.equals(before) ? Optional.empty() : Optional.of(status);
    }
}
