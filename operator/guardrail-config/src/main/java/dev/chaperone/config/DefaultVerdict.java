package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a policy says of a call that none of its rules matches. */
public enum DefaultVerdict {
    /** Other policies decide; when none of them has an opinion either, the call is denied. */
    @JsonProperty("NoOpinion")
    NO_OPINION, @JsonProperty("Allow")
    ALLOW, @JsonProperty("Deny")
    DENY
}
