package dev.chaperone.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The agent that a config is for.
 *
 * @param namespace Kubernetes namespace
 * @param name name of the {@code Agent}
 * @param labels the labels that policies selected it by
 */
public record AgentIdentity(String namespace, String name, SortedMap<String, String> labels) {
    public AgentIdentity {
        labels = labels == null
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** {@code namespace/name}. */
    public String id() {
        return namespace + "/" + name;
    }
}
