package dev.chaperone.it.oracle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.BundleException;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.json.MalformedJsonException;
import dev.chaperone.guardrail.json.StrictJson;
import dev.chaperone.it.oracle.World.Call;
import dev.chaperone.it.oracle.World.Policy;
import dev.chaperone.it.oracle.World.Schema;
import dev.chaperone.it.oracle.World.Selector;
import dev.chaperone.it.oracle.World.Server;
import dev.chaperone.it.oracle.World.Tool;
import dev.chaperone.it.oracle.World.Type;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A world as a guardrail sees it: through the compiler, the bundle's bytes and the engine.
 *
 * @param issues what the compiler says
 */
record Compiled(Engine engine, List<Issue> issues) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    static Compiled of(PolicyCompiler compiler, World world) {
        var agent = new AgentContext(World.NAMESPACE, World.AGENT, world.agentLabels(), world.namespaceLabels());
        CompilationResult result = compiler.compile(new CompilationRequest(agent,
                world.policies().stream().map(Compiled::input).toList(),
                ToolServers.of(world.servers().stream().map(Compiled::server).map(Sourced::of).toList())));
        try {
            return new Compiled(Engine.load(BundleCodec.read(BundleCodec.write(result.bundle()))), result.issues());
        } catch (BundleException e) {
            throw new AssertionError("the guardrail refuses what was compiled", e);
        }
    }

    Decision decide(Call call) throws MalformedJsonException {
        return engine.decide(OversightState.NONE, session(call), new ToolCall(call.server(), call.tool(),
                StrictJson.parse(call.body().getBytes(StandardCharsets.UTF_8)), NOW));
    }

    boolean lists(Call call) {
        return engine.listed(OversightState.NONE, session(call), call.server(), call.tool());
    }

    private static SessionState session(Call call) {
        return new SessionState(call.session(), NOW, call.ended());
    }

    static PolicyId id(Policy policy) {
        return policy.cluster()
                ? PolicyId.clusterToolPolicy(policy.name())
                : PolicyId.toolPolicy(policy.namespace(), policy.name());
    }

    private static PolicyInput input(Policy policy) {
        var enforcement = new PolicyRules.Enforcement(policy.mode(), policy.percent());
        List<PolicyRules.Variable> variables = policy.variables().stream()
                .map(variable -> new PolicyRules.Variable(variable.name(), variable.value().text())).toList();
        List<PolicyRules.Rule> rules = policy.rules().stream().map(Compiled::rule).toList();
        if (policy.broken()) {
            variables = Stream.concat(variables.stream(), Stream.of(new PolicyRules.Variable("torn", "args.")))
                    .toList();
        }
        if (policy.cluster()) {
            var spec = new ClusterToolPolicySpec(selector(policy.namespaces()), selector(policy.agents()), enforcement,
                    policy.defaultVerdict(), policy.failurePolicy(), variables, rules);
            return new PolicyInput(id(policy), Sourced.of(spec), null);
        }
        var spec = new ToolPolicySpec(selector(policy.agents()), enforcement, policy.defaultVerdict(),
                policy.failurePolicy(), variables, rules);
        return new PolicyInput(id(policy), Sourced.of(spec), null);
    }

    private static PolicyRules.Rule rule(World.Rule rule) {
        return new PolicyRules.Rule(rule.name(), null, rule.tools(), rule.when() == null ? null : rule.when().text(),
                rule.verdict(), rule.failurePolicy(), null, null, rule.message());
    }

    private static LabelSelector selector(Selector selector) {
        return selector == null
                ? null
                : new LabelSelector(selector.expressions().stream()
                        .map(one -> new LabelSelectorRequirement(one.key(), one.operator(), one.values())).toList(),
                        selector.labels());
    }

    private static ToolServer server(Server server) {
        ToolServer resource = new ToolServer();
        resource.setMetadata(
                new ObjectMetaBuilder().withNamespace(server.namespace()).withName(server.name()).build());
        resource.setSpec(new ToolServerSpec("http://tools/mcp", null, null,
                server.tools() == null ? null : server.tools().stream().map(Compiled::tool).toList()));
        return resource;
    }

    private static ToolServerSpec.Tool tool(Tool tool) {
        return new ToolServerSpec.Tool(tool.name(), tool.stakes(),
                tool.schema() == null ? null : schema(tool.schema()));
    }

    private static ObjectNode schema(Schema schema) {
        ObjectNode node = JSON.createObjectNode().put("type", "object");
        ObjectNode properties = node.putObject("properties");
        schema.members().forEach((name, type) -> properties.set(name, schema(type)));
        schema.required().forEach(node.withArray("required")::add);
        if (schema.closed()) {
            node.put("additionalProperties", false);
        }
        return node;
    }

    private static ObjectNode schema(Type type) {
        ObjectNode node = JSON.createObjectNode();
        return switch (type) {
            case ANY -> node;
            case STRINGS -> node.put("type", "array").set("items", schema(Type.STRING));
            case OBJECT -> {
                ObjectNode properties = node.put("type", "object").putObject("properties");
                RandomWorld.OBJECT.forEach((name, member) -> properties.set(name, schema(member)));
                yield node;
            }
            default -> node.put("type", type.name().toLowerCase(java.util.Locale.ROOT));
        };
    }
}
