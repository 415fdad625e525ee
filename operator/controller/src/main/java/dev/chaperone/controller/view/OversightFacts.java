package dev.chaperone.controller.view;

import dev.chaperone.api.OversightRules;
import dev.chaperone.policy.oversight.OversightId;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an oversight policy.
 *
 * @param spec null when it has none
 */
public record OversightFacts(OversightId id, String uid, long generation, @Nullable OversightRules spec) {}
