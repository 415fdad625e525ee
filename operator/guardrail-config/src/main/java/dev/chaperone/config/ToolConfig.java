package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a server declares.
 *
 * @param name the tool's name, matched byte for byte
 * @param stakes how much harm it can do
 * @param inputSchema JSON Schema of its arguments as the tool server's manifest gives it; see {@link ArgumentSchema}
 * @param definition the digest of the definition that was reviewed, see {@link ToolDefinitions}: while the server shows
 *     another one, or it is not known what it shows, the tool is not called; null when any definition will do
 */
public record ToolConfig(
        String name, Stakes stakes, @Nullable JsonNode inputSchema, @Nullable String definition) {
    /** A tool of any definition. */
    public ToolConfig(String name, Stakes stakes, @Nullable JsonNode inputSchema) {
        this(name, stakes, inputSchema, null);
    }
}
