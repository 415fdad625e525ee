package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.Capability;
import dev.chaperone.config.Stakes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param url where the server speaks MCP over Streamable HTTP
 * @param capabilities the parts of MCP that may pass besides the base protocol; {@code [Tools]} when absent
 * @param credentials the credential that the guardrail adds to each request, instead of the agent
 * @param tools the tools by name, and then no others exist; absent when any name is taken
 */
public record ToolServerSpec(
        String url,
        @Nullable List<Capability> capabilities,
        @Nullable Credentials credentials,
        @Nullable List<Tool> tools) {

    /** @param secretRef where the bearer token lies */
    public record Credentials(SecretKeyRef secretRef) {}

    /**
     * @param name name of a Secret
     * @param key its key
     */
    public record SecretKeyRef(String name, String key) {}

    /**
     * @param name the tool's name, matched byte for byte
     * @param stakes how much harm the tool can do; High when absent
     * @param inputSchema JSON Schema of its arguments; any arguments when absent
     */
    public record Tool(String name, @Nullable Stakes stakes, @Nullable JsonNode inputSchema) {}
}
