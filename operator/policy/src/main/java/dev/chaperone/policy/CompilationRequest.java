package dev.chaperone.policy;

import java.util.List;

/**
 * What a config is compiled from. Order means nothing.
 *
 * @param agent whom the config is for
 * @param policies all policies, selecting the agent or not
 * @param servers all tool servers, whether the agent may reach them or not
 */
public record CompilationRequest(
        AgentContext agent, List<PolicyInput> policies, ToolServers servers) {
    public CompilationRequest {
        policies = List.copyOf(policies);
    }
}
