package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a rule whose expression cannot be evaluated for a call. */
public enum FailurePolicy {
    /** The rule contributes exactly {@link Verdict#DENY}, whatever its own verdict. */
    @JsonProperty("Fail")
    FAIL,
    /** The rule is skipped and the error counted. */
    @JsonProperty("Ignore")
    IGNORE
}
