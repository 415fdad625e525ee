package dev.chaperone.api;

/** How a namespace comes under governance. */
public final class Governance {
    /**
     * Label of namespaces: every pod of a namespace that carries it with {@link #GOVERNED} is governed. Set and removed
     * by platform admins alone; an admission policy refuses everybody else.
     */
    public static final String NAMESPACE_LABEL = Api.GROUP + "/governed";

    /** The value of {@link #NAMESPACE_LABEL} under which every new pod gets a guardrail. */
    public static final String GOVERNED = "true";

    /**
     * The value of {@link #NAMESPACE_LABEL} under which new pods are admitted as they come. Guardrails that run there
     * are served as before.
     */
    public static final String BREAK_GLASS = "break-glass";

    /**
     * Label of Secrets in the operator's namespace that tool servers may refer to, with the value {@code true}. Set by
     * platform admins.
     */
    public static final String CREDENTIAL_LABEL = Api.GROUP + "/credential";

    /** Annotation of such a Secret: the namespaces whose tool servers may refer to it, separated by commas, or *. */
    public static final String CREDENTIAL_NAMESPACES = Api.GROUP + "/namespaces";

    /**
     * Annotation of such a Secret: the hosts that it may be sent to, separated by commas, each {@code host} or
     * {@code host:port}; a leading {@code *.} stands for any labels before.
     */
    public static final String CREDENTIAL_HOSTS = Api.GROUP + "/hosts";

    private Governance() {}
}
