package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a policy's verdicts count. */
public enum EnforcementMode {
    @JsonProperty("Enforce")
    ENFORCE,
    /** Verdicts are computed and recorded by the same code, and never count. */
    @JsonProperty("Audit")
    AUDIT
}
