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
 * @param tools the declared tools by name, and then no others exist; null when any name is taken
 */
public record ServerConfig(
        String name, String url, List<Capability> capabilities, boolean credentials, @Nullable List<ToolConfig> tools) {
    public ServerConfig {
        capabilities = capabilities == null ? List.of() : capabilities.stream().distinct().sorted().toList();
        tools = tools == null ? null : List.copyOf(tools);
    }
}
