package dev.chaperone.controller.plan;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.oversight.AgentOversight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Plans one agent after the other. */
final class AgentPlanner {
    private final ConfigPlanner configs;
    private final ServerDirectory servers;
    private final EgressPlanner egress;
    private final Map<String, PolicyPlanner.Standing> standings = new HashMap<>();

    AgentPlanner(
            ConfigPlanner configs, ServerDirectory servers, EgressPlanner egress,
            SortedMap<PolicyId, PolicyPlanner.Standing> standings) {
        this.configs = configs;
        this.servers = servers;
        this.egress = egress;
        standings.forEach((id, standing) -> this.standings.put(id.toString(), standing));
    }

    AgentPlan plan(Fleet.Member member) {
        CompiledConfig config = configs.config(member);
        GuardrailConfigSpec spec = config.spec();
        List<String> policies = spec.policies().stream().map(PolicyConfig::name).toList();
        List<String> names = spec.servers().stream().map(ServerConfig::name).toList();
        AgentOversight oversight = configs.oversight(member);
        return new AgentPlan(
                member.id(), member.workload(), member.labels(), config, credentials(member.id(), spec), policies,
                names, oversight, egress.plan(member.id().namespace(), oversight, spec.servers()),
                notAccepted(member.id(), policies, names), member.pods());
    }

    private Credentials credentials(AgentId agent, GuardrailConfigSpec config) {
        SortedMap<String, String> tokens = new TreeMap<>();
        for (ServerConfig server : config.servers()) {
            if (server.credentials() && Reach.mayCall(config, server)
                    && servers.offer(agent.namespace(),
                            server.name()) instanceof CredentialOffers.Offer.Granted offer) {
                tokens.put(server.name(), offer.token());
            }
        }
        return tokens.isEmpty() ? Credentials.NONE : Credentials.of(tokens);
    }

    private List<String> notAccepted(AgentId agent, List<String> policies, List<String> names) {
        return Stream.concat(
                policies.stream()
                        .map(standings::get)
                        .filter(standing -> !standing.accepted())
                        .map(standing -> standing.facts().id().resource()),
                servers.unsound(agent.namespace(), names).stream()).sorted().toList();
    }
}
