package dev.chaperone.controller.plan;

import dev.chaperone.api.AgentNames;
import org.jspecify.annotations.Nullable;

/**
 * The workload that an agent is.
 *
 * @param uid null when nobody knows it
 */
public record WorkloadId(String apiVersion, String kind, String name, @Nullable String uid) {
    String agentName() {
        return AgentNames.of(apiVersion, kind, name);
    }
}
