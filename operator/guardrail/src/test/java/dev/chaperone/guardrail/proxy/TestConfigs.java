package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.Capability;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.Verdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One agent with four tool servers: {@code files} has tools only, {@code shop} gets a credential, {@code wide} may use
 * all of MCP, {@code typed} declares its tools. {@code read_*} is allowed everywhere, {@code delete_*} is denied with a
 * message, {@code review_*} needs a person and {@code end_session} ends the session.
 */
final class TestConfigs {
    private TestConfigs() {}

    static byte[] bundle(int port) {
        return bundle(port, "0");
    }

    /** @param generation makes revisions differ */
    static byte[] bundle(int port, String generation) {
        return BundleCodec.write(new Bundle(config(port, generation), new TreeMap<>()));
    }

    static GuardrailConfigSpec config(int port, String generation) {
        String base = "http://127.0.0.1:" + port + "/";
        List<Capability> tools = List.of(Capability.TOOLS);
        return GuardrailConfigSpec.of(
                new AgentIdentity("dev", "coder", new TreeMap<>(Map.of("generation", generation))),
                List.of(
                        new ServerConfig("files", base + "files", tools, false, null),
                        new ServerConfig("shop", base + "shop", tools, true, null),
                        new ServerConfig("wide", base + "wide", List.of(Capability.values()), false, null),
                        new ServerConfig("typed", base + "typed", tools, false,
                                List.of(new ToolConfig("read_page", Stakes.LOW, schema())))),
                List.of(new PolicyConfig("ToolPolicy/dev/coder", EnforcementMode.ENFORCE, 100,
                        DefaultVerdict.NO_OPINION, List.of(), List.of(
                                rule("reads", "*/read_*", Verdict.ALLOW, null),
                                rule("deletes", "*/delete_*", Verdict.DENY, "nothing is deleted here"),
                                rule("reviews", "*/review_*", Verdict.REVIEW, null),
                                rule("ends", "*/end_session", Verdict.END_SESSION, null)))),
                List.of());
    }

    private static RuleConfig rule(String name, String tools, Verdict verdict, String message) {
        return new RuleConfig(name, List.of(tools), null, null, null, verdict, FailurePolicy.FAIL, null, null,
                message);
    }

    private static JsonNode schema() {
        try {
            return new ObjectMapper().readTree(
                    "{\"type\":\"object\",\"properties\":{\"page\":{\"type\":\"integer\"}},\"required\":[\"page\"],"
                            + "\"additionalProperties\":false}");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
