package dev.chaperone.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.PolicyRules.Rule;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import dev.chaperone.config.Verdict;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Policies of a given size, of the kinds of rules that people write. */
final class Policies {
    private static final int RULES_PER_POLICY = 50;
    private static final String SCHEMA = """
            {"type": "object", "required": ["path"], "properties": {
              "path": {"type": "string"}, "content": {"type": "string"}, "mode": {"type": "integer"},
              "tags": {"type": "array", "items": {"type": "string"}}}}""";

    private Policies() {}

    /** Conditions that a call of {@link #call} has to be held against, none of which it meets. */
    private static String condition(int index) {
        return switch (index % 5) {
            case 0 -> "args.path == '/forbidden/" + index + "'";
            case 1 -> "args.path.isWithin('/forbidden/" + index + "')";
            case 2 -> "args.?mode.orValue(0) > " + (1000 + index);
            case 3 -> "args.path.matches('/secret" + index + "/.*[.]key$')";
            default -> "args.?tags.orValue([]).exists(t, t == 'tag" + index + "')";
        };
    }

    /**
     * @param rules number of rules that deny, besides one that allows
     * @param evaluated whether their tools are those of the call, so that each has to be evaluated
     * @param url where the tool server lives
     * @param changed index of a rule whose condition is edited; -1 for none
     */
    static CompilationRequest request(int rules, boolean evaluated, String url, int changed) {
        List<PolicyInput> policies = new ArrayList<>();
        policies.add(policy("allow", List.of(rule("allow", "files/*", null, Verdict.ALLOW))));
        for (int from = 0; from < rules; from += RULES_PER_POLICY) {
            List<Rule> some = new ArrayList<>();
            for (int i = from; i < Math.min(rules, from + RULES_PER_POLICY); i++) {
                String when = condition(i) + (i == changed ? " && args.path != ''" : "");
                some.add(rule("r" + i, evaluated ? "files/write_file" : "files/other_" + i, when, Verdict.DENY));
            }
            policies.add(policy("p" + from, some));
        }
        return new CompilationRequest(
                new AgentContext("dev", "coder", Map.of(), Map.of()), policies,
                ToolServers.of(List.of(Sourced.of(server(url, evaluated ? 0 : rules)))));
    }

    private static Rule rule(String name, String tool, @Nullable String when, Verdict verdict) {
        return new Rule(name, null, List.of(tool), when, verdict, null, null, null, null);
    }

    private static PolicyInput policy(String name, List<Rule> rules) {
        ToolPolicy policy = new ToolPolicy();
        policy.getMetadata().setNamespace("dev");
        policy.getMetadata().setName(name);
        policy.setSpec(new ToolPolicySpec(null, null, null, null, null, rules));
        return PolicyInput.of(Sourced.of(policy));
    }

    private static ToolServer server(String url, int others) {
        ToolServer server = new ToolServer();
        server.getMetadata().setNamespace("dev");
        server.getMetadata().setName("files");
        List<ToolServerSpec.Tool> tools = new ArrayList<>();
        try {
            var schema = new ObjectMapper().readTree(SCHEMA);
            tools.add(new ToolServerSpec.Tool("write_file", null, schema));
            for (int i = 0; i < others; i++) {
                tools.add(new ToolServerSpec.Tool("other_" + i, null, schema));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setSpec(new ToolServerSpec(url, null, null, tools));
        return server;
    }

    /** Arguments of about 200 bytes. */
    static String arguments() {
        return "{\"path\":\"/workspace/src/main/java/dev/example/Calculator.java\",\"content\":\""
                + "x".repeat(80) + "\",\"mode\":420,\"tags\":[\"a\",\"b\"]}";
    }
}
