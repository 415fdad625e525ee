package dev.chaperone.controller.plan;

import dev.chaperone.policy.oversight.OversightInput;
import dev.chaperone.policy.oversight.AgentOversight;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.ToolServers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Compiles configs, and no more of them than it must: agents of one namespace with the same labels share one, and what
 * nothing changed for is the one of the plan before.
 */
final class ConfigPlanner {
    /** What the configs of a namespace depend on, besides the agents' labels. */
    private record Inputs(Map<String, String> namespaceLabels, List<PolicyInput> policies, ToolServers servers,
            List<OversightInput> oversight) {}

    /** What agents of the same labels share. */
    private record Linked(CompilationResult result, AgentOversight oversight) {}

    private static final class Configs {
        private final Inputs inputs;
        private final Map<SortedMap<String, String>, Linked> byLabels = new HashMap<>();
        private final Map<AgentId, CompiledConfig> byAgent = new HashMap<>();

        Configs(Inputs inputs) {
            this.inputs = inputs;
        }

        @Nullable
        CompiledConfig of(Fleet.Member agent) {
            CompiledConfig config = byAgent.get(agent.id());
            return config != null && config.spec().agent().labels().equals(agent.labels()) ? config : null;
        }
    }

    private final PolicyCompiler compiler;
    private long linked;
    private Map<String, Configs> before = Map.of();
    private Map<String, Configs> now = new HashMap<>();

    ConfigPlanner(PolicyCompiler compiler) {
        this.compiler = compiler;
    }

    /** How many configs had to be linked, rather than remembered. */
    long linked() {
        return linked;
    }

    /** Begins a plan, for which each namespace is given once. */
    void begin() {
        before = now;
        now = new HashMap<>();
    }

    void namespace(
            String name, Map<String, String> labels, List<PolicyInput> policies, ToolServers servers,
            List<OversightInput> oversight) {
        now.put(name, new Configs(new Inputs(labels, policies, servers, oversight)));
    }

    CompiledConfig config(Fleet.Member agent) {
        Configs configs = now.get(agent.id().namespace());
        if (configs == null) {
            throw new IllegalStateException(agent.id().namespace() + " was not given");
        }
        Configs earlier = before.getOrDefault(agent.id().namespace(), configs);
        CompiledConfig known = earlier.of(agent);
        boolean unchanged = earlier.inputs.equals(configs.inputs);
        Linked linked = unchanged ? earlier.byLabels.get(agent.labels()) : null;
        CompiledConfig config;
        if (known != null && linked != null) {
            config = known;
        } else {
            linked = linked != null ? linked : compile(configs, agent);
            CompiledConfig fresh = CompiledConfig.forAgent(
                    new AgentIdentity(agent.id().namespace(), agent.id().name(), agent.labels()),
                    linked.result().bundle());
            // Of the same revision: the earlier one may have been encoded already.
            config = known != null && known.equals(fresh) ? known : fresh;
        }
        configs.byLabels.put(agent.labels(), linked);
        configs.byAgent.put(agent.id(), config);
        return config;
    }

    /** What is required of an agent whose config was asked for. */
    AgentOversight oversight(Fleet.Member agent) {
        Configs configs = now.get(agent.id().namespace());
        Linked linked = configs == null ? null : configs.byLabels.get(agent.labels());
        if (linked == null) {
            throw new IllegalStateException(agent.id() + " has no config yet");
        }
        return linked.oversight();
    }

    private Linked compile(Configs configs, Fleet.Member agent) {
        Linked known = configs.byLabels.get(agent.labels());
        if (known != null) {
            return known;
        }
        linked++;
        AgentContext context = new AgentContext(
                agent.id().namespace(), agent.id().name(), agent.labels(), configs.inputs.namespaceLabels());
        AgentOversight oversight = AgentOversight.of(context, configs.inputs.oversight());
        return new Linked(
                compiler.compile(
                        new CompilationRequest(context, configs.inputs.policies(), configs.inputs.servers(),
                                oversight.posture(), oversight.leases())),
                oversight);
    }
}
