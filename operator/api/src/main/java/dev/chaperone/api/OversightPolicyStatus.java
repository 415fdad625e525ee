package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of an oversight policy.
 *
 * @param observedGeneration the generation that this speaks of
 * @param agents how many agents it selects
 * @param lapsed how many of them lack something that it requires
 * @param conditions see {@link Conditions}
 */
public record OversightPolicyStatus(
        @Nullable Long observedGeneration,
        @Nullable Integer agents,
        @Nullable Integer lapsed,
        @Nullable List<Condition> conditions) {}
