package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a server declares.
 *
 * @param name the tool's name, matched byte for byte
 * @param stakes how much harm it can do
 * @param inputSchema JSON Schema of its arguments as the tool server's manifest gives it; see {@link ArgumentSchema}
 */
public record ToolConfig(String name, Stakes stakes, @Nullable JsonNode inputSchema) {}
