package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a rule says of a call. Declared from the mildest to the strictest: {@code compareTo} is the order of the
 * decision semantics, {@code Allow < Review < Deny < EndSession}.
 */
public enum Verdict {
    /** The call may reach the tool. */
    @JsonProperty("Allow")
    ALLOW,
    /** A person has to approve the call first. */
    @JsonProperty("Review")
    REVIEW,
    /** The call never reaches the tool. */
    @JsonProperty("Deny")
    DENY,
    /** As {@link #DENY}, and every later call of the session is denied too. */
    @JsonProperty("EndSession")
    END_SESSION;

    /** The stricter of two verdicts. */
    public Verdict strictest(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The name in manifests, audit records and messages. */
    public String wireName() {
        return switch (this) {
            case ALLOW -> "Allow";
            case REVIEW -> "Review";
            case DENY -> "Deny";
            case END_SESSION -> "EndSession";
        };
    }
}
