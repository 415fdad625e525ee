package dev.chaperone.config;

import java.util.List;

/**
 * A policy that selects the agent. A policy that was never accepted stands here without rules and with
 * {@link DefaultVerdict#DENY}.
 *
 * @param name {@code ToolPolicy/<namespace>/<name>} or {@code ClusterToolPolicy/<name>}
 * @param mode whether its verdicts count
 * @param percent share of sessions, 0 to 100, in which {@link EnforcementMode#ENFORCE} applies; the others audit
 * @param defaultVerdict what it says of a call that no rule matches
 * @param variables named expressions, in the order of the manifest: each may read those before it
 * @param rules its rules; their order means nothing
 */
public record PolicyConfig(
        String name,
        EnforcementMode mode,
        int percent,
        DefaultVerdict defaultVerdict,
        List<VariableConfig> variables,
        List<RuleConfig> rules) {
    public PolicyConfig {
        variables = variables == null ? List.of() : List.copyOf(variables);
        rules = rules == null ? List.of() : List.copyOf(rules);
    }
}
