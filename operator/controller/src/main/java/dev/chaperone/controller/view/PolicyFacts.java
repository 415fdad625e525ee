package dev.chaperone.controller.view;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.policy.PolicyId;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a policy.
 *
 * @param spec null when it has none
 */
public record PolicyFacts(PolicyId id, String uid, long generation, @Nullable PolicyRules spec) {}
