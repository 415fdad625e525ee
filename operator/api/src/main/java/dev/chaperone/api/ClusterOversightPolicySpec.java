package dev.chaperone.api;

import dev.chaperone.config.EnforcementMode;
import io.fabric8.kubernetes.api.model.LabelSelector;
import org.jspecify.annotations.Nullable;

/**
 * See {@link OversightRules} for the meaning of each other part.
 *
 * @param namespaceSelector which namespaces, by their labels; empty or absent selects all
 * @param posture {@code Audit}: no verdict of policies or lapsed oversight counts for the selected agents, unless another
 *     policy says {@code Enforce} of them
 */
public record ClusterOversightPolicySpec(
        @Nullable LabelSelector namespaceSelector,
        @Nullable LabelSelector agentSelector,
        @Nullable EnforcementMode posture,
        OversightRules.@Nullable Monitoring monitoring,
        OversightRules.@Nullable Review review,
        OversightRules.@Nullable Egress egress)
        implements
            OversightRules {}
