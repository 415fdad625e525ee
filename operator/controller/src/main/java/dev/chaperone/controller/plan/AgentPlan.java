package dev.chaperone.controller.plan;

import dev.chaperone.policy.oversight.AgentOversight;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.PodFacts;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One agent as it should be.
 *
 * @param workload the workload that it is
 * @param labels what policies select it by
 * @param config what its guardrails should decide by
 * @param credentials what its guardrails should send to tool servers
 * @param policies the policies that select it, as configs name them
 * @param servers the tool servers that it may reach
 * @param oversight what oversight policies require of it
 * @param egress what its pods may reach; null when nobody requires that they reach nothing else
 * @param notAccepted policies and tool servers among those of which the newest edit is not in force
 * @param pods its pods that have not finished, by name
 */
public record AgentPlan(
        AgentId id,
        WorkloadId workload,
        SortedMap<String, String> labels,
        CompiledConfig config,
        Credentials credentials,
        List<String> policies,
        List<String> servers,
        AgentOversight oversight,
        @Nullable EgressPlan egress,
        List<String> notAccepted,
        List<PodFacts> pods) {}
