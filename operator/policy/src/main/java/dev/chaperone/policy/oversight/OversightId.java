package dev.chaperone.policy.oversight;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Names one oversight policy. Ordered by {@link #toString()}.
 *
 * @param namespace null for a cluster policy
 * @param name name of the resource
 */
public record OversightId(@Nullable String namespace, String name) implements Comparable<OversightId> {
    private static final Comparator<OversightId> ORDER = Comparator.comparing(OversightId::toString);

    /** {@code OversightPolicy/dev/coders}, {@code ClusterOversightPolicy/production}. */
    @Override
    public String toString() {
        return namespace == null ? "ClusterOversightPolicy/" + name : "OversightPolicy/" + namespace + "/" + name;
    }

    @Override
    public int compareTo(OversightId other) {
        return ORDER.compare(this, other);
    }
}
