package dev.chaperone.api;

import org.jspecify.annotations.Nullable;

/**
 * The workload that a pod belongs to, as admission found out and wrote on the pod.
 *
 * @param apiVersion for example {@code apps/v1}
 * @param kind for example {@code Deployment}
 * @param name name of the workload; null for a pod that is its own workload, whose name may not be known yet
 * @param uid UID of the workload; null for a pod that is its own workload
 */
public record Workload(String apiVersion, String kind, @Nullable String name, @Nullable String uid) {
    /** A pod that nothing owns. */
    public static final Workload POD = new Workload("v1", "Pod", null, null);

    /** Whether the pod is its own workload. */
    public boolean isPod() {
        return name == null;
    }

    /** Name of the agent that pods of the workload are. */
    public String agentName(String podName) {
        return AgentNames.of(apiVersion, kind, name == null ? podName : name);
    }
}
