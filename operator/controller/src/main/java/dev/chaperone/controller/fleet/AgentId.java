package dev.chaperone.controller.fleet;

import java.util.Comparator;

/** Names one agent. Ordered by namespace, then name. */
public record AgentId(String namespace, String name) implements Comparable<AgentId> {
    private static final Comparator<AgentId> ORDER = Comparator.comparing(AgentId::namespace)
            .thenComparing(AgentId::name);

    @Override
    public int compareTo(AgentId other) {
        return ORDER.compare(this, other);
    }

    /** {@code namespace/name}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
