package dev.chaperone.admission.validate;

import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.ToolServers;
import java.util.List;

/** What there is in the cluster now, as far as it is known. */
public record PolicyWorld(List<PolicyInput> policies, ToolServers servers) {
    /** Nothing. */
    public static final PolicyWorld EMPTY = new PolicyWorld(List.of(), ToolServers.NONE);

    public PolicyWorld {
        policies = List.copyOf(policies);
    }
}
