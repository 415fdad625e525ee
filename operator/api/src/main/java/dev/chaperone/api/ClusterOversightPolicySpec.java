package dev.chaperone.api;

import dev.chaperone.config.EnforcementMode;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * See {@link OversightRules} for the meaning of each other part.
 *
 * @param namespaceSelector which namespaces, by their labels; empty or absent selects all
 * @param posture {@code Audit}: no verdict of policies or lapsed oversight counts for the selected agents, unless another
 *     policy says {@code Enforce} of them
 * @param exemptServiceAccounts names of ServiceAccounts whose pods, in the selected namespaces, are not governed
 */
public record ClusterOversightPolicySpec(
        @Nullable LabelSelector namespaceSelector,
        @Nullable LabelSelector agentSelector,
        @Nullable EnforcementMode posture,
        OversightRules.@Nullable Monitoring monitoring,
        OversightRules.@Nullable Review review,
        OversightRules.@Nullable Egress egress,
        @Nullable List<String> exemptServiceAccounts)
        implements
            OversightRules {}
