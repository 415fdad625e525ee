package dev.chaperone.guardrail.engine;

import dev.chaperone.config.BundleException;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.config.VariableConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy that can be evaluated.
 *
 * @param config the policy
 * @param rules its rules
 * @param variables its variables, in their order
 */
record PlannedPolicy(PolicyConfig config, List<Rule> rules, List<Variable> variables) {
    /**
     * @param config the rule
     * @param patterns the tools that it is about
     * @param condition when it matches a call of them
     */
    record Rule(RuleConfig config, List<ToolPattern> patterns, Condition condition) {
        boolean isAbout(String server, String tool) {
            for (ToolPattern pattern : patterns) {
                if (pattern.matches(server, tool)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Variable(String name, Condition value) {}

    static PlannedPolicy of(PolicyConfig config, ProgramLoader programs) throws BundleException {
        List<Rule> rules = new ArrayList<>();
        for (RuleConfig rule : config.rules()) {
            rules.add(new Rule(rule, patterns(rule.tools()), programs.load(rule.program(), rule.fault())));
        }
        List<Variable> variables = new ArrayList<>();
        for (VariableConfig variable : config.variables()) {
            // Without program and fault a variable has no value, which is no less an error.
            Condition value = variable.program() == null
                    ? new Condition.Fault()
                    : programs.load(variable.program(), variable.fault());
            variables.add(new Variable(variable.name(), value));
        }
        return new PlannedPolicy(config, List.copyOf(rules), List.copyOf(variables));
    }

    static List<ToolPattern> patterns(List<String> texts) throws BundleException {
        List<ToolPattern> patterns = new ArrayList<>();
        for (String text : texts) {
            try {
                patterns.add(ToolPattern.parse(text));
            } catch (IllegalArgumentException e) {
                throw new BundleException(String.valueOf(e.getMessage()), e);
            }
        }
        return List.copyOf(patterns);
    }
}
