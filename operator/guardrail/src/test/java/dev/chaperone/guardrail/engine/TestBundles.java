package dev.chaperone.guardrail.engine;

import static dev.cel.common.CelFunctionDecl.newFunctionDeclaration;
import static dev.cel.common.CelOverloadDecl.newMemberOverload;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.parser.CelStandardMacro;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.Digests;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.OversightLease;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.VariableConfig;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.json.JsonObject;
import dev.chaperone.guardrail.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds bundles from rules written as text, and calls from JSON written as text. */
final class TestBundles {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final SessionState SESSION = new SessionState("pod-1", NOW.minusSeconds(60), false);

    private static final Cel CEL = cel();

    private final SortedMap<String, byte[]> programs = new TreeMap<>();
    private final List<PolicyConfig> policies = new ArrayList<>();
    private final List<ServerConfig> servers = new ArrayList<>();
    private final List<OversightLease> leases = new ArrayList<>();
    private EnforcementMode posture = EnforcementMode.ENFORCE;

    private static Cel cel() {
        StructType tool = struct("tool", ImmutableMap.of("server", SimpleType.STRING, "name", SimpleType.STRING,
                "stakes", SimpleType.STRING));
        StructType agent = struct("agent", ImmutableMap.of("namespace", SimpleType.STRING, "name", SimpleType.STRING,
                "labels", MapType.create(SimpleType.STRING, SimpleType.STRING)));
        StructType session = struct("session",
                ImmutableMap.of("id", SimpleType.STRING, "startedAt", SimpleType.TIMESTAMP));
        StructType request = struct("request", ImmutableMap.of("time", SimpleType.TIMESTAMP));
        List<StructType> structs = List.of(tool, agent, session, request);
        var types = new CelTypeProvider() {
            @Override
            public com.google.common.collect.ImmutableCollection<CelType> types() {
                return com.google.common.collect.ImmutableList.copyOf(structs);
            }

            @Override
            public Optional<CelType> findType(String name) {
                return structs.stream().filter(type -> type.name().equals(name)).map(type -> (CelType) type)
                        .findFirst();
            }
        };
        return CelFactory.standardCelBuilder()
                .setOptions(CelOptions.current().enableHeterogeneousNumericComparisons(true).build())
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setTypeProvider(types)
                .addCompilerLibraries(CelOptionalLibrary.INSTANCE, CelExtensions.strings())
                .addVar("tool", StructTypeReference.create("test.tool"))
                .addVar("agent", StructTypeReference.create("test.agent"))
                .addVar("session", StructTypeReference.create("test.session"))
                .addVar("request", StructTypeReference.create("test.request"))
                .addVar("args", SimpleType.DYN)
                .addVar("variables", SimpleType.DYN)
                .addFunctionDeclarations(
                        newFunctionDeclaration("cleanPath",
                                newMemberOverload("string_clean_path", SimpleType.STRING, SimpleType.STRING)),
                        newFunctionDeclaration("isWithin",
                                newMemberOverload("string_is_within_string", SimpleType.BOOL, SimpleType.STRING,
                                        SimpleType.STRING)),
                        newFunctionDeclaration("find",
                                newMemberOverload("string_find_string", SimpleType.STRING, SimpleType.STRING,
                                        SimpleType.STRING)),
                        newFunctionDeclaration("findAll",
                                newMemberOverload("string_find_all_string", ListType.create(SimpleType.STRING),
                                        SimpleType.STRING, SimpleType.STRING),
                                newMemberOverload("string_find_all_string_int", ListType.create(SimpleType.STRING),
                                        SimpleType.STRING, SimpleType.STRING, SimpleType.INT)),
                        newFunctionDeclaration("sum",
                                newMemberOverload("list_int_sum_int", SimpleType.DYN, ListType.create(SimpleType.DYN))),
                        newFunctionDeclaration("elsewhere",
                                newMemberOverload("string_elsewhere", SimpleType.BOOL, SimpleType.STRING)))
                .build();
    }

    private static StructType struct(String name, ImmutableMap<String, CelType> fields) {
        return StructType.create("test." + name, ImmutableSet.copyOf(fields.keySet()),
                field -> Optional.ofNullable(fields.get(field)));
    }

    static CelAbstractSyntaxTree compile(String expression) {
        try {
            return CEL.compile(expression).getAst();
        } catch (CelValidationException e) {
            throw new IllegalArgumentException(expression, e);
        }
    }

    String program(String expression) {
        byte[] bytes = CelProtoAbstractSyntaxTree.fromCelAst(compile(expression)).toCheckedExpr().toByteArray();
        String digest = Digests.of(bytes);
        programs.put(digest, bytes);
        return digest;
    }

    /** A rule for every tool. */
    RuleConfig rule(String name, String when, Verdict verdict) {
        return rule(name, "*", when, verdict, FailurePolicy.FAIL, null);
    }

    RuleConfig rule(String name, String tools, String when, Verdict verdict, FailurePolicy failure, String message) {
        return new RuleConfig(name, List.of(tools), when, when == null ? null : program(when), null, verdict, failure,
                null, null, message);
    }

    static RuleConfig faulty(String name, Verdict verdict, FailurePolicy failure) {
        return new RuleConfig(name, List.of("*"), "gone", null, "gone", verdict, failure, null, null, null);
    }

    VariableConfig variable(String name, String expression) {
        return new VariableConfig(name, expression, program(expression), null);
    }

    TestBundles policy(String name, DefaultVerdict byDefault, RuleConfig... rules) {
        return policy(name, EnforcementMode.ENFORCE, 100, byDefault, List.of(), rules);
    }

    TestBundles policy(
            String name,
            EnforcementMode mode,
            int percent,
            DefaultVerdict byDefault,
            List<VariableConfig> variables,
            RuleConfig... rules) {
        policies.add(new PolicyConfig(name, mode, percent, byDefault, variables, List.of(rules)));
        return this;
    }

    TestBundles server(ServerConfig server) {
        servers.add(server);
        return this;
    }

    TestBundles lease(OversightLease lease) {
        leases.add(lease);
        return this;
    }

    Bundle bundle() {
        List<ServerConfig> all = new ArrayList<>(servers);
        all.add(new ServerConfig("any", "http://any", List.of(), false, null));
        var labels = new TreeMap<>(java.util.Map.of("app", "coder"));
        var agent = new AgentIdentity("dev", "coder", labels);
        return new Bundle(GuardrailConfigSpec.of(agent, posture, all, policies, leases), programs);
    }

    void onlyAudits() {
        posture = EnforcementMode.AUDIT;
    }

    Engine engine() {
        try {
            return Engine.load(bundle());
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Decides a call of {@code any/tool}. */
    Decision decide(String arguments) {
        return engine().decide(OversightState.NONE, SESSION, call("any", "tool", arguments));
    }

    static ToolCall call(String server, String tool, String arguments) {
        return new ToolCall(server, tool, json(arguments), NOW);
    }

    static JsonObject json(String text) {
        try {
            return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }
}
