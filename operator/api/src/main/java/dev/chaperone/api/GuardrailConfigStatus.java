package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a config has come.
 *
 * @param observedGeneration the generation that this speaks of
 * @param pods how many pods of the agent are running
 * @param programmedPods how many of them have reported the revision
 * @param programmed both in one, {@code 19/20}
 * @param conditions see {@link Conditions}
 */
public record GuardrailConfigStatus(
        @Nullable Long observedGeneration,
        @Nullable Integer pods,
        @Nullable Integer programmedPods,
        @Nullable String programmed,
        @Nullable List<Condition> conditions) {}
