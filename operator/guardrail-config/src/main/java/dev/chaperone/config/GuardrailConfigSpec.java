package dev.chaperone.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Comparator;
import java.util.List;

/**
 * Everything that a guardrail decides by, readable for people and the same bytes for the same meaning. Expressions
 * stand here as text; the checked expressions that the guardrail runs lie beside it in a {@link Bundle} and are named
 * here by their digests, so that {@link #revision} names both.
 *
 * @param revision {@code sha256:} and the digest of everything else here, see {@link Revisions}
 * @param format the version of this contract, see {@link #FORMAT}
 * @param agent whom the config is for
 * @param servers the tool servers that exist for the agent, by name
 * @param policies the policies that select the agent, by name; none means that every call is denied
 * @param leases the oversight requirements, by name
 */
@JsonPropertyOrder({"revision", "format", "agent", "servers", "policies", "leases"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GuardrailConfigSpec(
        String revision,
        int format,
        AgentIdentity agent,
        List<ServerConfig> servers,
        List<PolicyConfig> policies,
        List<OversightLease> leases) {
    /** The version of the contract that this code writes and reads. */
    public static final int FORMAT = 1;

    public GuardrailConfigSpec {
        servers = sorted(servers, Comparator.comparing(ServerConfig::name));
        policies = sorted(policies, Comparator.comparing(PolicyConfig::name));
        leases = sorted(leases, Comparator.comparing(OversightLease::requirement));
    }

    /** The config of these parts under the revision that they make. */
    public static GuardrailConfigSpec of(
            AgentIdentity agent,
            List<ServerConfig> servers,
            List<PolicyConfig> policies,
            List<OversightLease> leases) {
        var unnamed = new GuardrailConfigSpec("", FORMAT, agent, servers, policies, leases);
        return new GuardrailConfigSpec(Revisions.of(unnamed), FORMAT, agent, servers, policies, leases);
    }

    private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
        return list == null ? List.of() : list.stream().sorted(order).toList();
    }
}
