package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a tool server.
 *
 * @param observedGeneration the generation that this speaks of
 * @param agents how many agents may reach it
 * @param conditions see {@link Conditions}
 */
public record ToolServerStatus(
        @Nullable Long observedGeneration, @Nullable Integer agents, @Nullable List<Condition> conditions) {}
