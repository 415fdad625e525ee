package dev.chaperone.api;

import dev.chaperone.config.Capability;
import dev.chaperone.config.OnDefinitionChange;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * See {@link ServerDescription} for the meaning of each other part.
 *
 * @param namespaceSelector which namespaces may use the server, by their labels; empty selects all. It must be there:
 *     whoever shares a server says with whom
 */
public record ClusterToolServerSpec(
        LabelSelector namespaceSelector,
        String url,
        @Nullable List<Capability> capabilities,
        ServerDescription.@Nullable Credentials credentials,
        @Nullable OnDefinitionChange onDefinitionChange,
        @Nullable List<Tool> tools)
        implements
            ServerDescription {}
