package dev.chaperone.api;

/** Names that are part of Chaperone's API. */
public final class Api {
    public static final String GROUP = "chaperone.dev";
    public static final String VERSION = "v1alpha1";

    /** {@code apiVersion} of every kind here. */
    public static final String API_VERSION = GROUP + "/" + VERSION;

    /** {@code kubectl get chaperone} lists every kind here. */
    public static final String CATEGORY = "chaperone";

    private Api() {}
}
