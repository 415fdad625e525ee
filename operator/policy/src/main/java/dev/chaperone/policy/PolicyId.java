package dev.chaperone.policy;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Names one policy. Ordered by {@link #toString()}.
 *
 * @param kind namespaced or cluster-wide
 * @param namespace null for the cluster kind
 * @param name name of the resource
 */
public record PolicyId(Kind kind, @Nullable String namespace, String name) implements Comparable<PolicyId> {
    private static final Comparator<PolicyId> ORDER = Comparator.comparing(PolicyId::toString);

    /** The kinds of policies. */
    public enum Kind {
        TOOL_POLICY("ToolPolicy"), CLUSTER_TOOL_POLICY("ClusterToolPolicy");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /** The kind in manifests. */
        public String wireName() {
            return wireName;
        }
    }

    /** @throws IllegalArgumentException when a namespaced policy has no namespace, or a cluster policy has one */
    public PolicyId {
        if ((kind == Kind.TOOL_POLICY) != (namespace != null)) {
            throw new IllegalArgumentException(kind.wireName() + " " + name + " in namespace " + namespace);
        }
    }

    public static PolicyId toolPolicy(String namespace, String name) {
        return new PolicyId(Kind.TOOL_POLICY, namespace, name);
    }

    public static PolicyId clusterToolPolicy(String name) {
        return new PolicyId(Kind.CLUSTER_TOOL_POLICY, null, name);
    }

    /** How issues name the policy: {@code ToolPolicy dev/coder}. */
    public String resource() {
        return kind.wireName() + " " + (namespace == null ? name : namespace + "/" + name);
    }

    /** How configs name the policy: {@code ToolPolicy/dev/coder}, {@code ClusterToolPolicy/base}. */
    @Override
    public String toString() {
        return kind.wireName() + "/" + (namespace == null ? name : namespace + "/" + name);
    }

    @Override
    public int compareTo(PolicyId other) {
        return ORDER.compare(this, other);
    }
}
