package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Source;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one document of a manifest file turned out to be. */
public sealed interface ManifestDocument {
    /**
     * A resource that its CRD accepts.
     *
     * @param resource one of Chaperone's resources, or a core/v1 {@code Namespace}, of which only name, labels and
     *     annotations were read; namespaced resources always have a namespace, see {@link ManifestReader}
     * @param source where its fields were written
     */
    record Decoded(HasMetadata resource, Source source) implements ManifestDocument {}

    /** A document of another API group: nothing of it was checked. */
    record Foreign(String apiVersion, String kind) implements ManifestDocument {}

    /**
     * A document that is not one resource of ours, though it should be.
     *
     * @param identity which resource it would have been, so that references to it can be told from those to a resource
     *     that was never there; null when even that cannot be read
     * @param issues what is wrong with it, at least one error
     */
    record Undecodable(@Nullable Identity identity, List<Issue> issues) implements ManifestDocument {
        public Undecodable {
            issues = List.copyOf(issues);
        }
    }

    /**
     * Which resource a document is about.
     *
     * @param namespace null for a cluster-wide kind
     */
    record Identity(String kind, @Nullable String namespace, String name) {}
}
