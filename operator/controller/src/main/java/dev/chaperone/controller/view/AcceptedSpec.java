package dev.chaperone.controller.view;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.policy.PolicyId;

/**
 * A spec that was accepted once.
 *
 * @param id the policy
 * @param uid the policy's UID: another policy of the name never had it
 * @param generation the policy's generation that had the spec
 */
public record AcceptedSpec(PolicyId id, String uid, long generation, PolicyRules spec) {
    /** The newer of two. */
    public AcceptedSpec newest(AcceptedSpec other) {
        return generation >= other.generation ? this : other;
    }
}
