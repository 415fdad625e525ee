package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a policy.
 *
 * @param observedGeneration the generation that this speaks of
 * @param acceptedGeneration the newest generation that was accepted, which is the one in force; absent when none was
 * @param agents how many agents it selects
 * @param conditions see {@link Conditions}
 */
public record PolicyStatus(
        @Nullable Long observedGeneration,
        @Nullable Long acceptedGeneration,
        @Nullable Integer agents,
        @Nullable List<Condition> conditions) {}
