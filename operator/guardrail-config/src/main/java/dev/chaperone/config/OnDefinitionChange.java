package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a tool whose server shows another definition than the pinned one. It is not listed either way. */
public enum OnDefinitionChange {
    /** Its calls are denied. */
    @JsonProperty("Deny")
    DENY,
    /** A person has to approve each call. */
    @JsonProperty("Review")
    REVIEW;

    /** What a change says of a call. */
    public Verdict verdict() {
        return this == REVIEW ? Verdict.REVIEW : Verdict.DENY;
    }
}
