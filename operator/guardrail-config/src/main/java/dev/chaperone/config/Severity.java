package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How serious a match of a rule is, for those who read the audit trail. */
public enum Severity {
    @JsonProperty("Low")
    LOW, @JsonProperty("Medium")
    MEDIUM, @JsonProperty("High")
    HIGH, @JsonProperty("Critical")
    CRITICAL
}
