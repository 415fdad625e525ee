package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.LabelSelector;
import org.jspecify.annotations.Nullable;

/** See {@link OversightRules} for the meaning of each part. */
public record OversightPolicySpec(
        @Nullable LabelSelector agentSelector,
        OversightRules.@Nullable Monitoring monitoring,
        OversightRules.@Nullable Review review,
        OversightRules.@Nullable Egress egress)
        implements
            OversightRules {}
