package dev.chaperone.controller.reconciler.oversight;

import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.api.OversightRules;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.OversightPlan;
import dev.chaperone.controller.planned.FleetChange;
import dev.chaperone.controller.reconciler.LastSeen;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.policy.oversight.OversightLoosening;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What both kinds of oversight policies have in common. */
final class OversightReconciliation {
    private static final String UNSEEN = "it was changed while nobody led who knew what it said before";

    private final Reconciliation reconciliation;
    private final LastSeen<OversightId, OversightRules> last = new LastSeen<>();

    OversightReconciliation(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    static Function<FleetChange, Stream<ResourceID>> primaries(boolean namespaced) {
        return change -> change.oversight().stream()
                .filter(id -> namespaced == (id.namespace() != null))
                .map(id -> new ResourceID(id.name(), id.namespace()));
    }

    /** The status when it has to be written. */
    Optional<OversightPolicyStatus> status(
            HasMetadata policy, @Nullable OversightRules rules, @Nullable OversightPolicyStatus before) {
        FleetPlan plan = reconciliation.plan();
        OversightId id = new OversightId(policy.getMetadata().getNamespace(), policy.getMetadata().getName());
        OversightPlan planned = plan.oversight().get(id);
        // The plan will tell when it has caught up.
        boolean current = planned != null && planned.uid().equals(policy.getMetadata().getUid())
                && planned.generation() >= policy.getMetadata().getGeneration();
        if (reconciliation.mustNotWrite() || planned == null || !current) {
            return Optional.empty();
        }
        if (rules != null) {
            reconciliation.events().loosened(policy, looser(policy, last.replace(id, rules), rules, before));
        }
        OversightPolicyStatus status = reconciliation.statuses(plan).oversight(planned, before);
        return status.equals(before) ? Optional.empty() : Optional.of(status);
    }

    private static List<String> looser(HasMetadata policy, @Nullable OversightRules earlier, OversightRules rules,
            @Nullable OversightPolicyStatus before) {
        if (earlier != null) {
            return OversightLoosening.between(earlier, rules);
        }
        if (before == null || before.observedGeneration() == null) {
            return OversightLoosening.ofCreation(rules);
        }
        return before.observedGeneration() < policy.getMetadata().getGeneration() ? List.of(UNSEEN) : List.of();
    }
}
