package dev.chaperone.api;

/** How a namespace comes under governance. */
public final class Governance {
    /**
     * Label of namespaces: every pod of a namespace that carries it with {@link #GOVERNED} is governed. Set and removed
     * by platform admins alone; an admission policy refuses everybody else.
     */
    public static final String NAMESPACE_LABEL = Api.GROUP + "/governed";

    /** The one value of {@link #NAMESPACE_LABEL} that counts. */
    public static final String GOVERNED = "true";

    private Governance() {}
}
