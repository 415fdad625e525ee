package dev.chaperone.policy;

import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.OversightLease;
import java.util.List;

/**
 * What a config is compiled from. Order means nothing.
 *
 * @param agent whom the config is for
 * @param policies all policies, selecting the agent or not
 * @param servers all tool servers, whether the agent may reach them or not
 * @param posture what oversight policies say of the agent
 * @param leases what narrows while oversight is not known to hold
 */
public record CompilationRequest(
        AgentContext agent,
        List<PolicyInput> policies,
        ToolServers servers,
        EnforcementMode posture,
        List<OversightLease> leases) {
    public CompilationRequest {
        policies = List.copyOf(policies);
        leases = List.copyOf(leases);
    }

    /** Without any oversight. */
    public CompilationRequest(AgentContext agent, List<PolicyInput> policies, ToolServers servers) {
        this(agent, policies, servers, EnforcementMode.ENFORCE, List.of());
    }
}
