package dev.chaperone.policy;

import dev.chaperone.api.ToolServer;
import java.util.List;

/**
 * What a config is compiled from. The order of the lists means nothing.
 *
 * @param agent whom the config is for
 * @param policies all policies, selecting the agent or not
 * @param servers all tool servers, of the agent's namespace or not
 */
public record CompilationRequest(
        AgentContext agent, List<PolicyInput> policies, List<Sourced<ToolServer>> servers) {
    public CompilationRequest {
        policies = List.copyOf(policies);
        servers = List.copyOf(servers);
    }
}
