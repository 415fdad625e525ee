package dev.chaperone.operator.admission;

import dev.chaperone.admission.validate.PolicyWorld;
import dev.chaperone.api.ServerDescription.SecretKeyRef;
import dev.chaperone.api.Workload;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.plan.CredentialOffers;
import dev.chaperone.controller.plan.EgressLocks;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.policy.PolicyInput;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What admission has to know of the cluster, from the controller's latest snapshot of it. */
public final class KnownWorld {
    private final PlannedFleet fleet;

    public KnownWorld(PlannedFleet fleet) {
        this.fleet = fleet;
    }

    /** Policies and tool servers. */
    public PolicyWorld policies() {
        List<PolicyInput> policies = fleet.snapshot().policies().stream()
                // What has no spec says nothing that another object could break.
                .filter(policy -> policy.spec() != null)
                .map(policy -> policy.input(null))
                .toList();
        return new PolicyWorld(policies, fleet.toolServers());
    }

    /** Whether the pods of a namespace are governed; true also for one that is not known. */
    public boolean isGoverned(String namespace) {
        return fleet.snapshot().namespaces().stream()
                .filter(known -> known.name().equals(namespace))
                .findFirst()
                .map(NamespaceFacts::isGoverned)
                .orElse(true);
    }

    /**
     * Whether an oversight policy asks for pods of this workload to be locked.
     *
     * @throws IllegalStateException when that is not known yet
     */
    public boolean locksEgress(String namespace, Workload workload, Map<String, String> podLabels) {
        if (!fleet.ready()) {
            throw new IllegalStateException("the operator is starting, which pods are locked is not known yet");
        }
        return EgressLocks.required(fleet.snapshot(), namespace, workload, podLabels);
    }

    /** What keeps a tool server from getting a credential; null when nothing does. */
    public @Nullable String credentialProblem(@Nullable String namespace, SecretKeyRef reference, String url) {
        return new CredentialOffers(fleet.snapshot().credentials()).problem(namespace, reference, url);
    }
}
