package dev.chaperone.api;

import dev.chaperone.config.Capability;
import dev.chaperone.config.OnDefinitionChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link ServerDescription} for the meaning of each part. */
public record ToolServerSpec(
        String url,
        @Nullable List<Capability> capabilities,
        ServerDescription.@Nullable Credentials credentials,
        @Nullable OnDefinitionChange onDefinitionChange,
        @Nullable List<Tool> tools)
        implements
            ServerDescription {
    /** A server of whose pinned tools calls are denied once their definition changes. */
    public ToolServerSpec(
            String url,
            @Nullable List<Capability> capabilities,
            ServerDescription.@Nullable Credentials credentials,
            @Nullable List<Tool> tools) {
        this(url, capabilities, credentials, null, tools);
    }
}
