package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The closed list of codes that a denial carries to the agent and into the audit trail. */
public enum DenialCode {
    /** A policy denies the call, or no policy allows it. */
    POLICY_DENIED,
    /** A person has to approve, and the agent must ask for it. */
    REVIEW_REQUIRED,
    /** A person was asked and has not decided yet. */
    REVIEW_PENDING,
    /** A person would have to approve, and nobody can be asked. */
    REVIEW_UNAVAILABLE,
    /** A budget of the policy is used up or cannot be read. */
    BUDGET_EXCEEDED,
    /** A policy ended the session, now or by an earlier call. */
    SESSION_ENDED,
    /** The agent is quarantined. */
    QUARANTINED,
    /** The tool server is not declared, or it declares its tools and this is not among them. */
    UNKNOWN_TOOL,
    /** The arguments do not fit the tool's declared input schema. */
    INVALID_ARGUMENTS,
    /** The request is not one that every reader would understand alike, or not one that may pass. */
    INVALID_REQUEST,
    /** The guardrail has no config, or not yet all it needs to forward this call. */
    NOT_READY,
    /** An oversight requirement does not hold and its policy narrows this tool meanwhile. */
    OVERSIGHT_LAPSED,
    /** The decision failed. */
    INTERNAL_ERROR;

    /** The code as it is written on the wire, for example {@code policy_denied}. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
