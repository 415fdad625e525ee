package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.AgentNames;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import org.jspecify.annotations.Nullable;

/** Which agent a pod is, as it is written on the pod for NetworkPolicies. */
public final class AgentLabel {
    private AgentLabel() {}

    /**
     * The value of {@link GuardrailPod#AGENT_LABEL}; null for a pod of its own whose name is still to be made up.
     *
     * @param pod as the API server sends it
     * @param workload whom the pod belongs to
     */
    public static @Nullable String of(JsonNode pod, Workload workload) {
        String name = workload.name() != null ? workload.name() : pod.at("/metadata/name").asText("");
        return name.isEmpty()
                ? null
                : AgentNames.label(AgentNames.of(workload.apiVersion(), workload.kind(), name));
    }

    /**
     * Whether the pod brings along what it may not. It is not just overwritten: a ReplicaSet that selects its pods by
     * another value would not know them, and never end to make more.
     */
    public static boolean isForged(JsonNode pod, Workload workload) {
        JsonNode brought = pod.path("metadata").path("labels").path(GuardrailPod.AGENT_LABEL);
        return !brought.isMissingNode() && !brought.asText().equals(of(pod, workload));
    }
}
