package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of an oversight policy.
 *
 * @param observedGeneration the generation that this speaks of
 * @param agents how many agents it selects
 * @param lapsed how many of them lack something that it requires
 * @param exemptPods how many pods it keeps from being governed; absent when it exempts nobody
 * @param exempt whose pods these are; absent when there are none
 * @param conditions see {@link Conditions}
 */
public record OversightPolicyStatus(
        @Nullable Long observedGeneration,
        @Nullable Integer agents,
        @Nullable Integer lapsed,
        @Nullable Integer exemptPods,
        @Nullable List<Exempt> exempt,
        @Nullable List<Condition> conditions) {
    /**
     * @param namespace the namespace of the pods
     * @param serviceAccount their ServiceAccount
     * @param pods how many there are
     */
    public record Exempt(String namespace, String serviceAccount, int pods) {}
}
