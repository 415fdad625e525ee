package dev.chaperone.policy;

import dev.chaperone.policy.oversight.AgentOversight;
import java.util.List;

/**
 * What a config is compiled from. Order means nothing.
 *
 * @param agent whom the config is for
 * @param policies all policies, selecting the agent or not
 * @param servers all tool servers, whether the agent may reach them or not
 * @param oversight what oversight policies say of the agent
 */
public record CompilationRequest(
        AgentContext agent, List<PolicyInput> policies, ToolServers servers, AgentOversight oversight) {
    public CompilationRequest {
        policies = List.copyOf(policies);
    }

    /** Without any oversight. */
    public CompilationRequest(AgentContext agent, List<PolicyInput> policies, ToolServers servers) {
        this(agent, policies, servers, AgentOversight.NONE);
    }
}
