package dev.chaperone.it.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.common.CelOverloadDecl;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.CelFunctions;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.json.StrictJson;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import dev.chaperone.policy.cel.CelFunctionDeclarations;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A guardrail refuses a bundle as a whole. So whatever the compiler accepts must load: otherwise the author of one
 * policy could stop the updates of everybody else's.
 */
class AcceptedExpressionsTest {
    private static final int EXPRESSIONS = Integer.getInteger("oracle.expressions", 3_000);
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final int POLICIES = 100;
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String SCHEMA = """
            {"type": "object", "properties": {"s": {"type": "string"}, "p": {"type": "string"},
             "n": {"type": "integer"}, "d": {"type": "number"}, "b": {"type": "boolean"}, "x": {}, "u": {},
             "l": {"type": "array", "items": {"type": "string"}},
             "o": {"type": "object", "properties": {"s": {"type": "string"}}}}}""";
    private static final List<String> ARGUMENTS = List.of("{}",
            "{\"s\":\"ab\",\"p\":\"/w/a\",\"n\":2,\"d\":1.5,\"b\":true,\"x\":[3,1],\"u\":{\"x\":1},\"l\":[\"b\",\"a\"],"
                    + "\"o\":{\"s\":\"a\"}}",
            "{\"s\":\"\",\"n\":-1,\"x\":\"a\",\"u\":null,\"l\":[],\"o\":{}}");

    @Test
    void theGuardrailHasEveryFunctionThatTheCompilerKnows() {
        // Given
        Set<String> compiled = new TreeSet<>(CelFunctionDeclarations.overloadIds());
        Stream.of(StandardFunction.values())
                .flatMap(function -> function.functionDecl().overloads().stream())
                .map(CelOverloadDecl::overloadId)
                .forEach(compiled::add);

        // When
        Set<String> known = CelFunctions.overloadIds();

        // Then
        assertThat(known).containsAll(compiled);
    }

    @Test
    void whateverTheCompilerAcceptsLoadsAndIsEvaluated() throws Exception {
        int accepted = 0;
        for (int i = 0; i < EXPRESSIONS / POLICIES; i++) {
            // Given
            Random random = new Random(SEED + i);
            List<PolicyInput> policies = new ArrayList<>();
            for (int n = 0; n < POLICIES; n++) {
                policies.add(policy("p" + n, RandomText.of(random, "b", 1 + random.nextInt(3))));
            }
            CompilationResult result = new PolicyCompiler().compile(new CompilationRequest(
                    new AgentContext("dev", "coder", Map.of("app", "coder"), Map.of()), policies,
                    ToolServers.of(List.of(server("typed", SCHEMA), server("untyped", null)))));
            accepted += result.accepted().size();

            // When
            Engine engine = Engine.load(BundleCodec.read(BundleCodec.write(result.bundle())));

            // Then
            for (String arguments : ARGUMENTS) {
                for (String server : List.of("typed", "untyped")) {
                    assertEvaluated(engine, server, arguments, policies, SEED + i);
                }
            }
        }
        System.out.printf("accepted and loaded %d of %d expressions%n", accepted, EXPRESSIONS);
        assertThat(accepted).isGreaterThan(EXPRESSIONS / 4);
    }

    private static void assertEvaluated(
            Engine engine, String server, String arguments, List<PolicyInput> policies, long seed) throws Exception {
        Decision decision = engine.decide(OversightState.NONE, new SessionState("pod", NOW, false), new ToolCall(server,
                "tool", StrictJson.parse(arguments.getBytes(StandardCharsets.UTF_8)), NOW));
        assertThat(decision.code()).as("seed %d", seed).isNotEqualTo(DenialCode.INTERNAL_ERROR);
        assertThat(decision.reasons()).filteredOn(reason -> "internal_error".equals(reason.error()))
                .as("seed %d with %s", seed, arguments)
                .map(reason -> policies.stream().filter(policy -> policy.id().toString().equals(reason.policy()))
                        .findFirst().orElseThrow().current().resource().rules().toString())
                .isEmpty();
    }

    private static PolicyInput policy(String name, String when) {
        // Of one tool each half of the time, so that expressions meet typed arguments as well as others.
        String tools = name.hashCode() % 2 == 0 ? "typed/*" : "untyped/*";
        var rule = new PolicyRules.Rule("r", null, List.of(tools), when, Verdict.REVIEW, null, null, null, null);
        var spec = new ToolPolicySpec(null, null, null, null,
                List.of(new PolicyRules.Variable("v", "args.s"), new PolicyRules.Variable("w", "args.l")),
                List.of(rule));
        return new PolicyInput(PolicyId.toolPolicy("dev", name), Sourced.of(spec), null);
    }

    private static Sourced<ToolServer> server(String name, String schema) throws Exception {
        ToolServer server = new ToolServer();
        server.setMetadata(new ObjectMetaBuilder().withNamespace("dev").withName(name).build());
        server.setSpec(new ToolServerSpec("http://tools/mcp", null, null, List.of(new ToolServerSpec.Tool("tool",
                Stakes.LOW, schema == null ? null : new ObjectMapper().readTree(schema)))));
        return Sourced.of(server);
    }
}
