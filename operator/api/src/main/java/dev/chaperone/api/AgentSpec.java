package dev.chaperone.api;

import org.jspecify.annotations.Nullable;

/** @param workloadRef the workload whose pods are this agent; absent for one that runs outside Kubernetes */
public record AgentSpec(@Nullable WorkloadRef workloadRef) {
    /**
     * @param apiVersion for example {@code apps/v1}
     * @param kind for example {@code Deployment}
     * @param name name of the workload, in the agent's namespace
     */
    public record WorkloadRef(String apiVersion, String kind, String name) {}
}
