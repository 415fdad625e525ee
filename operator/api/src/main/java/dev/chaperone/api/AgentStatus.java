package dev.chaperone.api;

import dev.chaperone.config.EnforcementMode;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What governs an agent, and whether its pods do run it.
 *
 * @param observedGeneration the generation that this speaks of
 * @param revision the revision that its pods should decide under
 * @param policies the policies that select it, as configs name them
 * @param servers the tool servers that it may reach
 * @param pods how many of its pods are running
 * @param programmedPods how many of them have reported the revision
 * @param programmed both in one, {@code 19/20}
 * @param posture {@code Audit} when no verdict counts, {@code Enforce} otherwise
 * @param oversight what oversight policies require of it, and whether that is in force
 * @param coverage how many of its pods are guarded
 * @param conditions see {@link Conditions}
 */
public record AgentStatus(
        @Nullable Long observedGeneration,
        @Nullable String revision,
        @Nullable List<String> policies,
        @Nullable List<String> servers,
        @Nullable Integer pods,
        @Nullable Integer programmedPods,
        @Nullable String programmed,
        @Nullable EnforcementMode posture,
        @Nullable List<OversightRequirement> oversight,
        @Nullable AgentCoverage coverage,
        @Nullable List<Condition> conditions) {
    /** The same with another census. */
    public AgentStatus withCoverage(@Nullable AgentCoverage other) {
        return new AgentStatus(
                observedGeneration, revision, policies, servers, pods, programmedPods, programmed, posture, oversight,
                other, conditions);
    }
}
