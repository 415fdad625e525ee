package dev.chaperone.api;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.FailurePolicy;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link PolicyRules} for the meaning of each part. */
public record ToolPolicySpec(
        @Nullable LabelSelector agentSelector,
        PolicyRules.@Nullable Enforcement enforcement,
        @Nullable DefaultVerdict defaultVerdict,
        @Nullable FailurePolicy failurePolicy,
        @Nullable List<Variable> variables,
        @Nullable List<Rule> rules)
        implements
            PolicyRules {}
