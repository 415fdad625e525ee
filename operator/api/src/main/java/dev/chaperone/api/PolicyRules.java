package dev.chaperone.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Severity;
import dev.chaperone.config.Verdict;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What namespaced and cluster policies have in common: everything but the choice of namespaces. */
public interface PolicyRules {
    /** Which agents, by their labels; empty or absent selects all. */
    @Nullable
    LabelSelector agentSelector();

    @Nullable
    Enforcement enforcement();

    /** What the policy says of calls that no rule matches; NoOpinion when absent. */
    @Nullable
    DefaultVerdict defaultVerdict();

    /** What evaluation errors count as; Fail when absent. A rule may say otherwise. */
    @Nullable
    FailurePolicy failurePolicy();

    @Nullable
    List<Variable> variables();

    @Nullable
    List<Rule> rules();

    /**
     * @param mode Enforce when absent
     * @param percent share of sessions in which Enforce applies, 0 to 100; 100 when absent. The others audit
     */
    record Enforcement(@Nullable EnforcementMode mode, @Nullable Integer percent) {}

    /**
     * @param name read as {@code variables.<name>}
     * @param expression CEL; may read the variables before it
     */
    record Variable(String name, String expression) {}

    /**
     * @param name unique within the policy
     * @param phase when the rule is asked; {@code Call}, before the tool is called, is the only one yet
     * @param tools patterns on {@code server/tool}
     * @param when CEL of type bool; every call of the tools when absent
     * @param verdict what the rule says of the calls that it matches
     * @param failurePolicy what an evaluation error counts as; the policy's when absent
     * @param risk the kind of misbehaviour that the rule is about, for example ShortcutTaking
     * @param severity how serious a match is
     * @param message told to the agent when the call is denied because of this rule
     */
    record Rule(
            String name,
            @Nullable Phase phase,
            List<String> tools,
            @Nullable String when,
            Verdict verdict,
            @Nullable FailurePolicy failurePolicy,
            @Nullable String risk,
            @Nullable Severity severity,
            @Nullable String message) {}

    /** When a rule is asked. */
    enum Phase {
        /** Before the tool is called. */
        @JsonProperty("Call")
        CALL
    }
}
