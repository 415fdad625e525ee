package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.OversightLease.Narrowing;

/** What the tree of a bundle says. {@link BundleWriter} is its other half. */
final class BundleReader {
    private BundleReader() {}

    /** @throws BundleException when something is unknown, missing or of another type, with its place */
    static Bundle bundle(JsonNode tree) throws BundleException {
        return new Value(tree, Place.DOCUMENT).object(BundleReader::bundle);
    }

    private static Bundle bundle(Members members) throws BundleException {
        members.integer("format");
        return new Bundle(
                members.object("config", BundleReader::config),
                members.map("programs", Value::bytes));
    }

    private static GuardrailConfigSpec config(Members members) throws BundleException {
        return new GuardrailConfigSpec(
                members.text("revision"),
                members.integer("format"),
                members.object("agent", BundleReader::agent),
                members.optionalNamed("posture", EnforcementMode.values()),
                members.objects("servers", BundleReader::server),
                members.objects("policies", BundleReader::policy),
                members.objects("leases", BundleReader::lease));
    }

    private static AgentIdentity agent(Members members) throws BundleException {
        return new AgentIdentity(
                members.text("namespace"),
                members.text("name"),
                members.map("labels", Value::text));
    }

    private static ServerConfig server(Members members) throws BundleException {
        return new ServerConfig(
                members.text("name"),
                members.text("url"),
                members.list("capabilities", value -> value.named(Capability.values())),
                members.flag("credentials"),
                members.optionalNamed("onDefinitionChange", OnDefinitionChange.values()),
                members.optionalObjects("tools", BundleReader::tool));
    }

    private static ToolConfig tool(Members members) throws BundleException {
        return new ToolConfig(
                members.text("name"),
                members.named("stakes", Stakes.values()),
                members.anything("inputSchema"),
                members.optionalText("definition"));
    }

    private static PolicyConfig policy(Members members) throws BundleException {
        return new PolicyConfig(
                members.text("name"),
                members.named("mode", EnforcementMode.values()),
                members.integer("percent"),
                members.named("defaultVerdict", DefaultVerdict.values()),
                members.objects("variables", BundleReader::variable),
                members.objects("rules", BundleReader::rule));
    }

    private static VariableConfig variable(Members members) throws BundleException {
        return new VariableConfig(
                members.text("name"),
                members.text("expression"),
                members.optionalText("program"),
                members.optionalText("fault"));
    }

    private static RuleConfig rule(Members members) throws BundleException {
        return new RuleConfig(
                members.text("name"),
                members.texts("tools"),
                members.optionalText("when"),
                members.optionalText("program"),
                members.optionalText("fault"),
                members.named("verdict", Verdict.values()),
                members.named("failurePolicy", FailurePolicy.values()),
                members.optionalText("risk"),
                members.optionalNamed("severity", Severity.values()),
                members.optionalText("message"));
    }

    private static OversightLease lease(Members members) throws BundleException {
        return new OversightLease(
                members.text("requirement"),
                members.objects("narrowings", BundleReader::narrowing));
    }

    private static Narrowing narrowing(Members members) throws BundleException {
        return new Narrowing(
                members.texts("tools"),
                members.optionalNamed("stakes", Stakes.values()),
                members.named("verdict", Verdict.values()));
    }
}
