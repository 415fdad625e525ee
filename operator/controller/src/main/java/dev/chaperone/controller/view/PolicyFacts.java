package dev.chaperone.controller.view;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a policy.
 *
 * @param spec null when it has none
 */
public record PolicyFacts(PolicyId id, String uid, long generation, @Nullable PolicyRules spec) {
    /** For the compiler, together with the newest spec that was accepted. */
    public PolicyInput input(@Nullable PolicyRules lastAccepted) {
        return new PolicyInput(id, spec == null ? null : Sourced.of(spec), lastAccepted);
    }
}
