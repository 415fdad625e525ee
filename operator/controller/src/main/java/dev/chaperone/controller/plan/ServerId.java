package dev.chaperone.controller.plan;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Names one tool server. Ordered by {@link #resource()}.
 *
 * @param namespace null for the cluster kind
 */
public record ServerId(@Nullable String namespace, String name) implements Comparable<ServerId> {
    private static final Comparator<ServerId> ORDER = Comparator.comparing(ServerId::resource);

    /** How issues name the server. */
    public String resource() {
        return namespace == null ? "ClusterToolServer " + name : "ToolServer " + namespace + "/" + name;
    }

    @Override
    public int compareTo(ServerId other) {
        return ORDER.compare(this, other);
    }
}
