package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The parts of MCP that a tool server may use with an agent. What is not named does not pass the guardrail; what MCP
 * counts as base protocol (initialize, discovery, ping, progress, cancellation, log messages) always does.
 */
public enum Capability {
    @JsonProperty("Tools")
    TOOLS, @JsonProperty("Resources")
    RESOURCES, @JsonProperty("Prompts")
    PROMPTS, @JsonProperty("Completion")
    COMPLETION, @JsonProperty("Sampling")
    SAMPLING, @JsonProperty("Elicitation")
    ELICITATION, @JsonProperty("Roots")
    ROOTS, @JsonProperty("Tasks")
    TASKS
}
