package dev.chaperone.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tool server that the agent may use.
 *
 * @param name the name in {@code /mcp/<server>} and in tool patterns
 * @param url where it speaks MCP over Streamable HTTP
 * @param capabilities what besides the base protocol may pass, in the order of {@link Capability}
 * @param credentials whether the guardrail adds a credential of its own to each request
 * @param onDefinitionChange what becomes of calls of a tool whose definition is not the pinned one; null, which is how
 *     it is written, when they are denied
 * @param tools the declared tools by name, and then no others exist; null when any name is taken
 */
public record ServerConfig(
        String name,
        String url,
        List<Capability> capabilities,
        boolean credentials,
        @Nullable OnDefinitionChange onDefinitionChange,
        @Nullable List<ToolConfig> tools) {
    public ServerConfig {
        capabilities = capabilities == null ? List.of() : capabilities.stream().distinct().sorted().toList();
        onDefinitionChange = onDefinitionChange == OnDefinitionChange.DENY ? null : onDefinitionChange;
        tools = tools == null ? null : List.copyOf(tools);
    }

    /** A server of whose pinned tools calls are denied once their definition changes. */
    public ServerConfig(
            String name,
            String url,
            List<Capability> capabilities,
            boolean credentials,
            @Nullable List<ToolConfig> tools) {
        this(name, url, capabilities, credentials, null, tools);
    }

    /** What a changed definition says of a call. */
    public Verdict changeVerdict() {
        return onDefinitionChange == null ? Verdict.DENY : onDefinitionChange.verdict();
    }
}
