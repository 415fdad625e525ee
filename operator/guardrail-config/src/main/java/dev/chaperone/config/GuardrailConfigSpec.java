package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a guardrail decides by, readable for people and the same bytes for the same meaning. Expressions
 * stand here as text; the checked expressions that the guardrail runs lie beside it in a {@link Bundle} and are named
 * here by their digests, so that {@link #revision} names both.
 *
 * @param revision {@code sha256:} and the digest of everything else here, see {@link Revisions}
 * @param format the version of this contract, see {@link #FORMAT}
 * @param agent whom the config is for
 * @param posture {@link EnforcementMode#AUDIT} when no verdict of policies or lapsed oversight counts for this agent;
 *     null, which is how it is written, when they do
 * @param servers the tool servers that exist for the agent, by name
 * @param policies the policies that select the agent, by name; none means that every call is denied
 * @param leases the oversight requirements, by name
 */
@JsonPropertyOrder({"revision", "format", "agent", "posture", "servers", "policies", "leases"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GuardrailConfigSpec(
        String revision,
        int format,
        AgentIdentity agent,
        @Nullable EnforcementMode posture,
        List<ServerConfig> servers,
        List<PolicyConfig> policies,
        List<OversightLease> leases) {
    /** The version of the contract that this code writes and reads. */
    public static final int FORMAT = 1;

    public GuardrailConfigSpec {
        posture = posture == EnforcementMode.ENFORCE ? null : posture;
        servers = sorted(servers, Comparator.comparing(ServerConfig::name));
        policies = sorted(policies, Comparator.comparing(PolicyConfig::name));
        leases = sorted(leases, Comparator.comparing(OversightLease::requirement));
    }

    /** The config of these parts under the revision that they make, whose verdicts count. */
    public static GuardrailConfigSpec of(
            AgentIdentity agent,
            List<ServerConfig> servers,
            List<PolicyConfig> policies,
            List<OversightLease> leases) {
        return of(agent, EnforcementMode.ENFORCE, servers, policies, leases);
    }

    /** The config of these parts under the revision that they make. */
    public static GuardrailConfigSpec of(
            AgentIdentity agent,
            @Nullable EnforcementMode posture,
            List<ServerConfig> servers,
            List<PolicyConfig> policies,
            List<OversightLease> leases) {
        var unnamed = new GuardrailConfigSpec("", FORMAT, agent, posture, servers, policies, leases);
        return new GuardrailConfigSpec(Revisions.of(unnamed), FORMAT, agent, posture, servers, policies, leases);
    }

    /** The same config for another agent. */
    public GuardrailConfigSpec forAgent(AgentIdentity other) {
        return of(other, posture, servers, policies, leases);
    }

    /** Whether no verdict of policies or lapsed oversight counts. */
    public boolean onlyAudits() {
        return posture == EnforcementMode.AUDIT;
    }

    private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
        return list == null ? List.of() : list.stream().sorted(order).toList();
    }
}
