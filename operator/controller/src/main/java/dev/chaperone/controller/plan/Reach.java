package dev.chaperone.controller.plan;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.config.Verdict;

/** Which tool servers a config may ever let an agent call; the others need no credential. */
final class Reach {
    private Reach() {}

    static boolean mayCall(GuardrailConfigSpec config, ServerConfig server) {
        return config.policies().stream()
                .filter(policy -> policy.mode() == EnforcementMode.ENFORCE && policy.percent() > 0)
                .anyMatch(policy -> mayAllow(policy, server));
    }

    private static boolean mayAllow(PolicyConfig policy, ServerConfig server) {
        return policy.defaultVerdict() == DefaultVerdict.ALLOW
                || policy.rules().stream()
                        .filter(rule -> rule.verdict() == Verdict.ALLOW || rule.verdict() == Verdict.REVIEW)
                        .anyMatch(rule -> reaches(rule, server));
    }

    private static boolean reaches(RuleConfig rule, ServerConfig server) {
        return rule.tools().stream().map(ToolPattern::parse).anyMatch(pattern -> server.tools() == null
                ? new ToolPattern(pattern.server(), "*").matches(server.name(), "any")
                : server.tools().stream().anyMatch(tool -> pattern.matches(server.name(), tool.name())));
    }
}
