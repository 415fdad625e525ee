package dev.chaperone.api;

/** Names that are part of Chaperone's API. */
public final class Api {
    public static final String GROUP = "chaperone.dev";
    public static final String VERSION = "v1alpha1";

    /** {@code apiVersion} of every kind here. */
    public static final String API_VERSION = GROUP + "/" + VERSION;

    /** {@code kubectl get chaperone} lists every kind here. */
    public static final String CATEGORY = "chaperone";

    /** The operator's name as a field manager; nobody else may apply under it. */
    public static final String FIELD_MANAGER = "chaperone";

    private Api() {}
}
