package dev.chaperone.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a pod stands, compared with what admission makes. The worst first. */
public enum Standing {
    /** Its guardrail, or what stands beside it, is not what admission lets through. */
    @JsonProperty("Tampered")
    TAMPERED("Tampered"),
    /** Its guardrail is of no release that this cluster has had, or speaks for a pod that admission did not make. */
    @JsonProperty("UnknownGuardrail")
    UNKNOWN_GUARDRAIL("UnknownGuardrail"),
    /** It has none: it was created under break-glass, or while admission did not look. */
    @JsonProperty("Missing")
    MISSING("Missing"),
    /** It has none, because it was there before its namespace was governed. */
    @JsonProperty("OlderThanGovernance")
    OLDER_THAN_GOVERNANCE("OlderThanGovernance"),
    /** It has one that the operator does not hear. */
    @JsonProperty("Silent")
    SILENT("Silent"),
    /** It has the guardrail of an earlier release. */
    @JsonProperty("Stale")
    STALE("Stale"),
    /** It has the guardrail that pods get now, and it is heard. */
    @JsonProperty("Guarded")
    GUARDED("Guarded"),
    /** It needs none: its ServiceAccount is exempt. It belongs to no agent, and is counted apart. */
    @JsonProperty("Exempt")
    EXEMPT("Exempt");

    private final String wireName;

    Standing(String wireName) {
        this.wireName = wireName;
    }

    /** The standing in manifests and metrics. */
    public String wireName() {
        return wireName;
    }

    /** Whether a guardrail of Chaperone's stands before its calls; one of an earlier release does. */
    public boolean isGuarded() {
        return this == GUARDED || this == STALE;
    }

    /** Whether somebody got round admission. */
    public boolean isBreach() {
        return this == TAMPERED || this == UNKNOWN_GUARDRAIL || this == MISSING;
    }
}
