package dev.chaperone.policy;

import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolPolicySpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One policy as it stands.
 *
 * @param id which policy
 * @param current the spec that is there now; null when the manifest cannot even be read
 * @param lastAccepted the newest spec that was accepted; null when none ever was
 * @param refused whether the current spec does not count even for agents for which it compiles, because it does not
 *     compile for others
 */
public record PolicyInput(
        PolicyId id,
        @Nullable Sourced<? extends PolicyRules> current,
        @Nullable PolicyRules lastAccepted,
        boolean refused) {
    /** @throws IllegalArgumentException when a spec is not of the policy's kind */
    public PolicyInput {
        requireKind(id, current == null ? null : current.resource());
        requireKind(id, lastAccepted);
    }

    /** A policy whose current spec counts where it compiles. */
    public PolicyInput(
            PolicyId id, @Nullable Sourced<? extends PolicyRules> current, @Nullable PolicyRules lastAccepted) {
        this(id, current, lastAccepted, false);
    }

    /** A namespaced policy that was not accepted before. */
    public static PolicyInput of(Sourced<ToolPolicy> policy) {
        var metadata = policy.resource().getMetadata();
        return new PolicyInput(
                PolicyId.toolPolicy(Objects.requireNonNullElse(metadata.getNamespace(), "default"), metadata.getName()),
                spec(policy.resource().getSpec(), policy.source()), null);
    }

    /** A cluster policy that was not accepted before. */
    public static PolicyInput ofCluster(Sourced<ClusterToolPolicy> policy) {
        return new PolicyInput(
                PolicyId.clusterToolPolicy(policy.resource().getMetadata().getName()),
                spec(policy.resource().getSpec(), policy.source()), null);
    }

    /** A policy of which no more can be read than its name. */
    public static PolicyInput unreadable(PolicyId id) {
        return new PolicyInput(id, null, null);
    }

    /** This policy, with the newest spec that was accepted. */
    public PolicyInput withLastAccepted(@Nullable PolicyRules accepted) {
        return new PolicyInput(id, current, accepted, refused);
    }

    /** This policy, with a current spec that is in force nowhere. */
    public PolicyInput asRefused() {
        return new PolicyInput(id, current, lastAccepted, true);
    }

    private static @Nullable Sourced<PolicyRules> spec(@Nullable PolicyRules spec, Source source) {
        return spec == null ? null : new Sourced<>(spec, source);
    }

    private static void requireKind(PolicyId id, @Nullable PolicyRules spec) {
        boolean fits = switch (id.kind()) {
            case TOOL_POLICY -> spec == null || spec instanceof ToolPolicySpec;
            case CLUSTER_TOOL_POLICY -> spec == null || spec instanceof ClusterToolPolicySpec;
        };
        if (!fits) {
            throw new IllegalArgumentException(id + " cannot have this spec: " + spec);
        }
    }
}
