package dev.chaperone.policy;

import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.PolicyRules.Enforcement;
import dev.chaperone.api.PolicyRules.Rule;
import dev.chaperone.api.PolicyRules.Variable;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.config.VariableConfig;
import dev.chaperone.policy.Issue.Severity;
import dev.chaperone.policy.cel.CompiledExpression;
import dev.chaperone.policy.cel.CompiledExpression.Accepted;
import dev.chaperone.policy.cel.CompiledExpression.Rejected;
import dev.chaperone.policy.cel.ExpressionCompiler;
import dev.chaperone.policy.cel.ExpressionCompiler.Wanted;
import dev.chaperone.policy.cel.ExpressionProblem;
import dev.chaperone.policy.cel.ExpressionScope;
import dev.chaperone.policy.cel.Program;
import dev.chaperone.policy.schema.ValueType;
import dev.chaperone.policy.schema.ValueType.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compiles one policy for one set of tool servers. */
final class PolicyLinker {
    /** What became of one expression: exactly one of the two is there, unless there was no expression. */
    private record Linked(@Nullable Program program, @Nullable String fault, ValueType type) {
        static final Linked NOTHING = new Linked(null, null, Scalar.DYN);

        @Nullable
        String digest() {
            return program == null ? null : program.digest();
        }
    }

    private static final String SINCE_SCHEMA_CHANGED = "; accepted before the tool's schema changed, and an evaluation error since";

    private final ExpressionCompiler compiler;
    private final PolicyId id;
    private final PolicyRules policy;
    private final boolean accepted;
    private final ServerCatalog servers;
    private final IssueSink sink;
    private final List<Program> programs = new ArrayList<>();
    private final TreeMap<String, ValueType> variableTypes = new TreeMap<>();

    /**
     * @param accepted whether this very spec was accepted before. What is wrong with it only because schemas changed
     *     since is then a fault of the expression, not of the policy
     */
    PolicyLinker(
            ExpressionCompiler compiler,
            PolicyId id,
            PolicyRules policy,
            boolean accepted,
            ServerCatalog servers,
            IssueSink sink) {
        this.compiler = compiler;
        this.id = id;
        this.policy = policy;
        this.accepted = accepted;
        this.servers = servers;
        this.sink = sink;
    }

    LinkedPolicy link(KnownTools known) {
        PolicyShape.check(policy, sink);
        List<Rule> rules = PolicyShape.rules(policy);
        List<List<ToolPattern>> patterns = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            patterns.add(patterns(requireNonNullElse(rules.get(i).tools(), List.of()), i, known));
        }
        boolean sound = !sink.hasErrors();
        List<VariableConfig> variables = variables(patterns.stream().flatMap(List::stream).toList());
        List<RuleConfig> linked = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            linked.add(rule(rules.get(i), i, patterns.get(i)));
        }
        return sound
                ? new LinkedPolicy(config(variables, linked), List.copyOf(programs), sink.issues())
                : LinkedPolicy.denying(id, sink.issues());
    }

    private List<ToolPattern> patterns(List<String> texts, int rule, KnownTools known) {
        List<ToolPattern> patterns = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String path = "spec.rules[" + rule + "].tools[" + i + "]";
            try {
                ToolPattern pattern = ToolPattern.parse(texts.get(i));
                patterns.add(pattern);
                if (known.rulesOut(pattern)) {
                    sink.warning(
                            path, "'" + texts.get(i) + "' matches no tool of any tool server",
                            known.mend(texts.get(i)));
                }
            } catch (IllegalArgumentException e) {
                sink.error(path, requireNonNullElse(e.getMessage(), "not a tool pattern"), null);
            }
        }
        return patterns;
    }

    private List<VariableConfig> variables(List<ToolPattern> patterns) {
        ValueType arguments = servers.arguments(patterns);
        List<VariableConfig> configs = new ArrayList<>();
        List<Variable> variables = PolicyShape.variables(policy);
        for (int i = 0; i < variables.size(); i++) {
            Variable variable = variables.get(i);
            Linked linked = expression(
                    variable.expression(), Wanted.ANYTHING, arguments, "spec.variables[" + i + "].expression");
            if (variable.name() != null) {
                variableTypes.put(variable.name(), linked.type);
                configs.add(new VariableConfig(
                        variable.name(), variable.expression(), linked.digest(), linked.fault));
            }
        }
        return configs;
    }

    private RuleConfig rule(Rule rule, int index, List<ToolPattern> patterns) {
        Linked when = expression(
                rule.when(), Wanted.BOOL, servers.arguments(patterns), "spec.rules[" + index + "].when");
        FailurePolicy inherited = requireNonNullElse(policy.failurePolicy(), FailurePolicy.FAIL);
        return new RuleConfig(
                rule.name(), rule.tools(), rule.when(), when.digest(), when.fault, rule.verdict(),
                requireNonNullElse(rule.failurePolicy(), inherited), rule.risk(), rule.severity(), rule.message());
    }

    private Linked expression(@Nullable String text, Wanted wanted, ValueType arguments, String path) {
        if (text == null) {
            return Linked.NOTHING;
        }
        return switch (compiler.compile(text, wanted, new ExpressionScope(arguments, variableTypes))) {
            case Accepted(Program program, ValueType type, boolean alwaysFalse) -> {
                if (alwaysFalse && wanted == Wanted.BOOL) {
                    sink.warning(
                            path, "the condition is always false, so the rule never matters", "remove the rule");
                }
                programs.add(program);
                yield new Linked(program, null, type);
            }
            case Rejected(List<ExpressionProblem> problems) -> {
                boolean schemaChanged = accepted && compilesUntyped(text, wanted);
                problems.forEach(problem -> {
                    if (schemaChanged) {
                        sink.expression(Severity.WARNING, path, problem, SINCE_SCHEMA_CHANGED);
                    } else {
                        sink.expression(Severity.ERROR, path, problem, "");
                    }
                });
                yield new Linked(null, problems.getFirst().message(), Scalar.DYN);
            }
        };
    }

    /** Whether an expression is in order as far as it can be told without schemas. */
    private boolean compilesUntyped(String text, Wanted wanted) {
        TreeMap<String, ValueType> untyped = new TreeMap<>(variableTypes);
        untyped.replaceAll((name, type) -> Scalar.DYN);
        CompiledExpression compiled = compiler.compile(text, wanted, new ExpressionScope(Scalar.DYN, untyped));
        return compiled instanceof Accepted;
    }

    private PolicyConfig config(List<VariableConfig> variables, List<RuleConfig> rules) {
        Enforcement enforcement = requireNonNullElse(policy.enforcement(), new Enforcement(null, null));
        return new PolicyConfig(
                id.toString(), requireNonNullElse(enforcement.mode(), EnforcementMode.ENFORCE),
                requireNonNullElse(enforcement.percent(), 100),
                requireNonNullElse(policy.defaultVerdict(), DefaultVerdict.NO_OPINION), variables, rules);
    }
}
