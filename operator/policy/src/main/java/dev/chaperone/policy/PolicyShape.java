package dev.chaperone.policy;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.PolicyRules.Enforcement;
import dev.chaperone.api.PolicyRules.Rule;
import dev.chaperone.api.PolicyRules.Variable;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks everything of a policy but its expressions and tool patterns. */
final class PolicyShape {
    static final int MAX_RULES = 256;
    static final int MAX_VARIABLES = 64;

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    // Words that CEL does not take as a field after a dot.
    private static final List<String> RESERVED = List.of("true", "false", "null", "in");

    private PolicyShape() {}

    static List<Rule> rules(PolicyRules policy) {
        return Objects.requireNonNullElse(policy.rules(), List.of());
    }

    static List<Variable> variables(PolicyRules policy) {
        return Objects.requireNonNullElse(policy.variables(), List.of());
    }

    static void check(PolicyRules policy, IssueSink sink) {
        Selectors.check(policy, sink);
        checkEnforcement(policy.enforcement(), sink);
        checkVariables(variables(policy), sink);
        checkRules(rules(policy), sink);
        boolean silent = policy.defaultVerdict() == null || policy.defaultVerdict() == DefaultVerdict.NO_OPINION;
        if (rules(policy).isEmpty() && silent) {
            sink.warning(
                    "spec.rules", "the policy has neither rules nor a default verdict, so it says nothing",
                    "add a rule, or defaultVerdict: Deny");
        }
    }

    private static void checkEnforcement(@Nullable Enforcement enforcement, IssueSink sink) {
        Integer percent = enforcement == null ? null : enforcement.percent();
        if (enforcement == null || percent == null) {
            return;
        }
        if (percent < 0 || percent > 100) {
            sink.error("spec.enforcement.percent", percent + " is not a share of sessions", "write 0 to 100");
        } else if (enforcement.mode() == EnforcementMode.AUDIT) {
            sink.warning(
                    "spec.enforcement.percent", "percent means nothing in Audit mode, which enforces in no session",
                    "remove it, or write mode: Enforce");
        }
    }

    private static void checkVariables(List<Variable> variables, IssueSink sink) {
        if (variables.size() > MAX_VARIABLES) {
            sink.error(
                    "spec.variables", variables.size() + " variables of at most " + MAX_VARIABLES,
                    "split the policy in two");
        }
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            String name = variables.get(i).name();
            String path = "spec.variables[" + i + "]";
            if (name == null || !IDENTIFIER.matcher(name).matches() || RESERVED.contains(name)) {
                sink.error(
                        path + ".name", name == null ? "the variable has no name" : "'" + name + "' is not a CEL name",
                        "write letters, digits and _, for example cleanedPath");
            } else {
                checkUnique("variable", name, seen.putIfAbsent(name, i), "spec.variables", path, sink);
            }
            if (variables.get(i).expression() == null) {
                sink.error(path + ".expression", "the variable has no expression", null);
            }
        }
    }

    private static void checkRules(List<Rule> rules, IssueSink sink) {
        if (rules.size() > MAX_RULES) {
            sink.error("spec.rules", rules.size() + " rules of at most " + MAX_RULES, "split the policy in two");
        }
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            String path = "spec.rules[" + i + "]";
            if (rule.name() == null || rule.name().isEmpty()) {
                sink.error(path + ".name", "the rule has no name", "name it by what it is about");
            } else {
                checkUnique("rule", rule.name(), seen.putIfAbsent(rule.name(), i), "spec.rules", path, sink);
            }
            if (rule.verdict() == null) {
                sink.error(path + ".verdict", "the rule has no verdict", "write Allow, Review, Deny or EndSession");
            }
            if (rule.tools() == null || rule.tools().isEmpty()) {
                sink.error(path + ".tools", "the rule is about no tool", "write '*' for every tool");
            }
        }
    }

    private static void checkUnique(
            String what, String name, @Nullable Integer first, String list, String path, IssueSink sink) {
        if (first != null) {
            sink.error(
                    path + ".name", what + " '" + name + "' is already at " + list + "[" + first + "]",
                    "give each " + what + " a name of its own");
        }
    }
}
