package dev.chaperone.admission.validate;

import dev.chaperone.api.ServerDescription.SecretKeyRef;
import org.jspecify.annotations.Nullable;

/** The credentials that the operator's admin offers to tool servers. */
@FunctionalInterface
public interface Credentials {
    /**
     * What keeps a tool server from getting a credential, for its author; null when nothing does.
     *
     * @param namespace of the tool server; null for one that namespaces share
     * @param reference what it refers to
     * @param url where the credential would be sent
     */
    @Nullable
    String problem(@Nullable String namespace, SecretKeyRef reference, String url);
}
