package dev.chaperone.it.kubernetes;

/**
 * To create a pod in a governed namespace.
 *
 * @param refusal part of what the pod's author reads; empty when the pod is taken
 */
record Attempt(String name, AgentPod pod, String refusal) {
    @Override
    public String toString() {
        return name;
    }
}
