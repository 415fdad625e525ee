package dev.chaperone.config;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.OversightLease.Narrowing;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tree of a bundle: members in the order of the records' components, and none for null. */
final class BundleWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private BundleWriter() {}

    static ObjectNode bundle(Bundle bundle) {
        ObjectNode programs = NODES.objectNode();
        bundle.programs().forEach(
                (digest, program) -> programs.put(digest, Base64Variants.MIME_NO_LINEFEEDS.encode(program)));
        ObjectNode tree = NODES.objectNode().put("format", GuardrailConfigSpec.FORMAT);
        tree.set("config", config(bundle.config()));
        tree.set("programs", programs);
        return tree;
    }

    static ObjectNode config(GuardrailConfigSpec config) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "revision", config.revision());
        tree.put("format", config.format());
        put(tree, "agent", config.agent() == null ? null : agent(config.agent()));
        put(tree, "posture", config.posture());
        put(tree, "servers", list(config.servers(), BundleWriter::server));
        put(tree, "policies", list(config.policies(), BundleWriter::policy));
        put(tree, "leases", list(config.leases(), BundleWriter::lease));
        return tree;
    }

    private static ObjectNode agent(AgentIdentity agent) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "namespace", agent.namespace());
        put(tree, "name", agent.name());
        ObjectNode labels = tree.putObject("labels");
        agent.labels().forEach((name, value) -> put(labels, name, value));
        return tree;
    }

    private static ObjectNode server(ServerConfig server) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "name", server.name());
        put(tree, "url", server.url());
        put(tree, "capabilities", list(server.capabilities(), capability -> text(WireNames.of(capability))));
        tree.put("credentials", server.credentials());
        put(tree, "onDefinitionChange", server.onDefinitionChange());
        put(tree, "tools", server.tools() == null ? null : list(server.tools(), BundleWriter::tool));
        return tree;
    }

    private static ObjectNode tool(ToolConfig tool) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "name", tool.name());
        put(tree, "stakes", tool.stakes());
        put(tree, "inputSchema", tool.inputSchema());
        put(tree, "definition", tool.definition());
        return tree;
    }

    private static ObjectNode policy(PolicyConfig policy) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "name", policy.name());
        put(tree, "mode", policy.mode());
        tree.put("percent", policy.percent());
        put(tree, "defaultVerdict", policy.defaultVerdict());
        put(tree, "variables", list(policy.variables(), BundleWriter::variable));
        put(tree, "rules", list(policy.rules(), BundleWriter::rule));
        return tree;
    }

    private static ObjectNode variable(VariableConfig variable) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "name", variable.name());
        put(tree, "expression", variable.expression());
        put(tree, "program", variable.program());
        put(tree, "fault", variable.fault());
        return tree;
    }

    private static ObjectNode rule(RuleConfig rule) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "name", rule.name());
        put(tree, "tools", list(rule.tools(), BundleWriter::text));
        put(tree, "when", rule.when());
        put(tree, "program", rule.program());
        put(tree, "fault", rule.fault());
        put(tree, "verdict", rule.verdict());
        put(tree, "failurePolicy", rule.failurePolicy());
        put(tree, "risk", rule.risk());
        put(tree, "severity", rule.severity());
        put(tree, "message", rule.message());
        return tree;
    }

    private static ObjectNode lease(OversightLease lease) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "requirement", lease.requirement());
        put(tree, "narrowings", list(lease.narrowings(), BundleWriter::narrowing));
        return tree;
    }

    private static ObjectNode narrowing(Narrowing narrowing) {
        ObjectNode tree = NODES.objectNode();
        put(tree, "tools", list(narrowing.tools(), BundleWriter::text));
        put(tree, "stakes", narrowing.stakes());
        put(tree, "verdict", narrowing.verdict());
        return tree;
    }

    private static <T> ArrayNode list(List<T> values, Function<T, JsonNode> tree) {
        ArrayNode list = NODES.arrayNode(values.size());
        values.forEach(value -> list.add(tree.apply(value)));
        return list;
    }

    private static JsonNode text(String text) {
        return NODES.textNode(text);
    }

    private static void put(ObjectNode tree, String name, @Nullable String text) {
        put(tree, name, text == null ? null : text(text));
    }

    private static void put(ObjectNode tree, String name, @Nullable Enum<?> constant) {
        put(tree, name, constant == null ? null : text(WireNames.of(constant)));
    }

    private static void put(ObjectNode tree, String name, @Nullable JsonNode value) {
        if (value != null) {
            tree.set(name, value);
        }
    }
}
