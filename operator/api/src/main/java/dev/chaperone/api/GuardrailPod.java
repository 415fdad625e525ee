package dev.chaperone.api;

/**
 * What a guardrail is called in a pod, and where it is reached. The operator alone may put these into a pod; a pod that
 * brings them along is refused.
 */
public final class GuardrailPod {
    /** Name of the guardrail's container. */
    public static final String CONTAINER = "chaperone-guardrail";

    /**
     * Name of the init container that locks the pod's egress, right behind the guardrail in pods that have it. It ends when
     * the lock is set.
     */
    public static final String LOCK_CONTAINER = "chaperone-egress-lock";

    /** User that the guardrail runs as; no other container of the pod may. */
    public static final int UID = 64515;

    /** Volume with the guardrail's ServiceAccount token, mounted by the guardrail alone. */
    public static final String TOKEN_VOLUME = "chaperone-token";

    /** Volume with the guardrail's last good config, mounted by the guardrail alone. */
    public static final String STATE_VOLUME = "chaperone-state";

    /** Volume on disk with audit records that the operator has yet to acknowledge, mounted by the guardrail alone. */
    public static final String AUDIT_VOLUME = "chaperone-audit";

    /** Audience of the guardrail's token; no other projected token of the pod may have it. */
    public static final String TOKEN_AUDIENCE = "guardrail.chaperone.dev";

    /** Port on loopback, for the agent: MCP at {@code /mcp/<server>} and the decision API. */
    public static final int AGENT_PORT = 15080;

    /** Port on the pod's IP: health and metrics, no names of rules. */
    public static final int HEALTH_PORT = 15090;

    /** Environment variable of the agent's containers with the base URL of its tool servers. */
    public static final String MCP_URL_VARIABLE = "CHAPERONE_MCP_URL";

    /** Value of {@link #MCP_URL_VARIABLE}; a tool server's name follows after a slash. */
    public static final String MCP_URL = "http://127.0.0.1:" + AGENT_PORT + "/mcp";

    /**
     * Annotation of pods: the {@link Workload} that the pod belongs to. Written by admission when the pod is created,
     * whatever it brought along, and never changed.
     */
    public static final String WORKLOAD_ANNOTATION = Api.GROUP + "/workload";

    /**
     * Label of pods: the agent that the pod is, as {@link AgentNames#label} writes it, by which NetworkPolicies select
     * it. Written by admission when the pod is created, and never changed; a pod that brings another value along is
     * refused. A pod of its own whose name the API server makes up has none: it is not named yet when it is admitted.
     */
    public static final String AGENT_LABEL = Api.GROUP + "/agent";

    /** Name of the one {@link GuardrailShape}. */
    public static final String SHAPE = "chaperone";

    private GuardrailPod() {}
}
