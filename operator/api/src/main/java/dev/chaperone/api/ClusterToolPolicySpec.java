package dev.chaperone.api;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.FailurePolicy;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * See {@link PolicyRules} for the meaning of each other part.
 *
 * @param namespaceSelector which namespaces, by their labels; empty or absent selects all. Teams choose the labels of
 *     their agents, so a rule that nobody may evade selects by this
 */
public record ClusterToolPolicySpec(
        @Nullable LabelSelector namespaceSelector,
        @Nullable LabelSelector agentSelector,
        PolicyRules.@Nullable Enforcement enforcement,
        @Nullable DefaultVerdict defaultVerdict,
        @Nullable FailurePolicy failurePolicy,
        @Nullable List<Variable> variables,
        @Nullable List<Rule> rules)
        implements
            PolicyRules {}
