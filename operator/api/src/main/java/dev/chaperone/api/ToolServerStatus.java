package dev.chaperone.api;

import dev.chaperone.config.OnDefinitionChange;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a tool server.
 *
 * @param observedGeneration the generation that this speaks of
 * @param agents how many agents may reach it
 * @param onDefinitionChange what becomes of a tool that is not as pinned; absent where none is pinned
 * @param pinned the definitions that are pinned, by tool, so that whoever pins less is found; absent where there are none
 * @param conditions see {@link Conditions}
 */
public record ToolServerStatus(
        @Nullable Long observedGeneration,
        @Nullable Integer agents,
        @Nullable OnDefinitionChange onDefinitionChange,
        @Nullable List<Pin> pinned,
        @Nullable List<Condition> conditions) {
    /**
     * @param name the tool
     * @param definition the digest of its definition
     */
    public record Pin(String name, String definition) {}
}
