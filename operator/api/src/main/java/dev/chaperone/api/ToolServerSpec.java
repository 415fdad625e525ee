package dev.chaperone.api;

import dev.chaperone.config.Capability;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link ServerDescription} for the meaning of each part. */
public record ToolServerSpec(
        String url,
        @Nullable List<Capability> capabilities,
        ServerDescription.@Nullable Credentials credentials,
        @Nullable List<Tool> tools)
        implements
            ServerDescription {}
