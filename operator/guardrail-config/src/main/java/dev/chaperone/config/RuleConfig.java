package dev.chaperone.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule of a policy.
 *
 * @param name unique within its policy
 * @param tools patterns on {@code server/tool}, see {@link ToolPattern}
 * @param when CEL condition, for people; null when the rule matches every call of its tools
 * @param program digest of the checked condition in the bundle; null without a condition or with a fault
 * @param fault why the condition has no program; the rule is then an evaluation error for every call of its tools
 * @param verdict what the rule says of a call that it matches
 * @param failurePolicy what an evaluation error counts as
 * @param risk the kind of misbehaviour that the rule is about
 * @param severity how serious a match is
 * @param message told to the agent when this rule is why a call is denied
 */
public record RuleConfig(
        String name,
        List<String> tools,
        @Nullable String when,
        @Nullable String program,
        @Nullable String fault,
        Verdict verdict,
        FailurePolicy failurePolicy,
        @Nullable String risk,
        @Nullable Severity severity,
        @Nullable String message) {
    public RuleConfig {
        tools = tools == null ? List.of() : List.copyOf(tools);
    }
}
