package dev.chaperone.policy;

import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ServerDescription;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tool server as it was written down.
 *
 * @param namespace null for one that namespaces share
 * @param name its name
 * @param spec null when it is missing
 * @param sharedWith the namespaces that may use a shared one; null when that is missing, or the server is not shared
 * @param source where it was written
 */
record DeclaredServer(
        @Nullable String namespace,
        String name,
        @Nullable ServerDescription spec,
        @Nullable LabelSelector sharedWith,
        Source source) {
    static DeclaredServer of(Sourced<ToolServer> server) {
        var metadata = server.resource().getMetadata();
        return new DeclaredServer(
                Objects.requireNonNullElse(metadata.getNamespace(), "default"), metadata.getName(),
                server.resource().getSpec(), null, server.source());
    }

    static DeclaredServer ofShared(Sourced<ClusterToolServer> server) {
        var spec = server.resource().getSpec();
        return new DeclaredServer(
                null, server.resource().getMetadata().getName(), spec, spec == null ? null : spec.namespaceSelector(),
                server.source());
    }

    /** How issues name it: {@code ToolServer dev/tracker}, {@code ClusterToolServer search}. */
    String resource() {
        return namespace == null ? "ClusterToolServer " + name : "ToolServer " + namespace + "/" + name;
    }
}
