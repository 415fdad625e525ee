package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.Capability;
import dev.chaperone.config.OnDefinitionChange;
import dev.chaperone.config.Stakes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What namespaced and cluster tool servers have in common: everything but the choice of namespaces. */
public interface ServerDescription {
    /** Where the server speaks MCP over Streamable HTTP. */
    String url();

    /** The parts of MCP that may pass besides the base protocol; {@code [Tools]} when absent. */
    @Nullable
    List<Capability> capabilities();

    /** The credential that the guardrail adds to each request, instead of the agent. */
    @Nullable
    Credentials credentials();

    /** What becomes of a tool whose definition is not the pinned one; Deny when absent. */
    @Nullable
    OnDefinitionChange onDefinitionChange();

    /** The tools by name, and then no others exist; absent when any name is taken. */
    @Nullable
    List<Tool> tools();

    /** @param secretRef where the bearer token lies */
    record Credentials(SecretKeyRef secretRef) {}

    /**
     * @param name name of a Secret in the operator's namespace, which must offer it
     * @param key its key
     */
    record SecretKeyRef(String name, String key) {}

    /**
     * @param name the tool's name, matched byte for byte
     * @param stakes how much harm the tool can do; High when absent
     * @param inputSchema JSON Schema of its arguments; any arguments when absent
     * @param definition the digest of the definition that was reviewed; any definition when absent
     */
    record Tool(
            String name, @Nullable Stakes stakes, @Nullable JsonNode inputSchema, @Nullable String definition) {
        /** A tool of any definition. */
        public Tool(String name, @Nullable Stakes stakes, @Nullable JsonNode inputSchema) {
            this(name, stakes, inputSchema, null);
        }
    }
}
