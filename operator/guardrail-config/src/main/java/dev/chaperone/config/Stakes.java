package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much harm a tool can do; {@link #HIGH} unless its tool server says otherwise. */
public enum Stakes {
    @JsonProperty("Low")
    LOW, @JsonProperty("High")
    HIGH;

    /** The name in manifests and in CEL ({@code tool.stakes}). */
    public String wireName() {
        return this == LOW ? "Low" : "High";
    }
}
