package dev.chaperone.guardrail.engine;

import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.OversightLease;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.config.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what decides calls of a tool. Tools that a server declares or a rule names are worked out at load. Where a
 * server takes any name, other names are matched against the patterns at each call and never kept: the names are the
 * agent's, and a store that it fills is one that it can flood.
 */
final class ToolIndex {
    /** Characters of the longest tool name; no tool is called by a longer one. */
    static final int MAX_NAME_LENGTH = 256;

    private record Lease(String requirement, List<Narrowing> narrowings) {}

    private record Narrowing(List<ToolPattern> patterns, OversightLease.Narrowing config) {
        boolean isAbout(String server, String tool, Stakes stakes) {
            return (config.stakes() == null || config.stakes() == stakes)
                    && patterns.stream().anyMatch(pattern -> pattern.matches(server, tool));
        }
    }

    /** @param open whether the server takes any name */
    private record Server(Map<String, ToolPlan> plans, boolean open) {}

    private final List<PlannedPolicy> policies;
    private final List<Lease> leases;
    private final Map<String, Server> servers = new HashMap<>();

    ToolIndex(GuardrailConfigSpec config, List<PlannedPolicy> policies) throws BundleException {
        this.policies = policies;
        List<Lease> planned = new ArrayList<>();
        for (OversightLease lease : config.leases()) {
            List<Narrowing> narrowings = new ArrayList<>();
            for (OversightLease.Narrowing narrowing : lease.narrowings()) {
                narrowings.add(new Narrowing(PlannedPolicy.patterns(narrowing.tools()), narrowing));
            }
            planned.add(new Lease(lease.requirement(), narrowings));
        }
        this.leases = List.copyOf(planned);
        for (ServerConfig server : config.servers()) {
            servers.put(server.name(), server(server));
        }
    }

    private Server server(ServerConfig server) throws BundleException {
        Map<String, ToolPlan> plans = new HashMap<>();
        if (server.tools() != null) {
            for (ToolConfig tool : server.tools()) {
                plans.put(tool.name(),
                        plan(server.name(), tool.name(), stakes(tool), schema(server, tool), pin(server, tool)));
            }
            return new Server(Map.copyOf(plans), false);
        }
        for (PlannedPolicy policy : policies) {
            for (PlannedPolicy.Rule rule : policy.rules()) {
                for (ToolPattern pattern : rule.patterns()) {
                    // A pattern without wildcards matches itself; one with them is a name that nobody is likely to use.
                    if (pattern.matches(server.name(), pattern.tool())) {
                        plans.computeIfAbsent(pattern.tool(), tool -> undeclared(server.name(), tool));
                    }
                }
            }
        }
        return new Server(Map.copyOf(plans), true);
    }

    private static ToolPlan.@Nullable Pin pin(ServerConfig server, ToolConfig tool) {
        return tool.definition() == null ? null : new ToolPlan.Pin(tool.definition(), server.changeVerdict());
    }

    private static Stakes stakes(ToolConfig tool) {
        return tool.stakes() == null ? Stakes.HIGH : tool.stakes();
    }

    private static ArgumentSchema schema(ServerConfig server, ToolConfig tool) throws BundleException {
        if (tool.inputSchema() == null) {
            return ArgumentSchema.ANYTHING;
        }
        try {
            return ArgumentSchema.parse(tool.inputSchema());
        } catch (IllegalArgumentException e) {
            throw new BundleException(
                    "the input schema of " + server.name() + "/" + tool.name() + " cannot be read: " + e.getMessage(),
                    e);
        }
    }

    /** What decides calls of the tool; null when it does not exist. */
    @Nullable
    ToolPlan find(String server, String tool) {
        Server known = servers.get(server);
        if (known == null || tool.isEmpty() || tool.length() > MAX_NAME_LENGTH) {
            return null;
        }
        ToolPlan plan = known.plans().get(tool);
        return plan == null && known.open() ? undeclared(server, tool) : plan;
    }

    private ToolPlan undeclared(String server, String tool) {
        return plan(server, tool, Stakes.HIGH, ArgumentSchema.ANYTHING, null);
    }

    private ToolPlan plan(
            String server, String tool, Stakes stakes, ArgumentSchema schema, ToolPlan.@Nullable Pin pin) {
        List<ToolPlan.PolicyRules> rules = new ArrayList<>(policies.size());
        for (PlannedPolicy policy : policies) {
            rules.add(new ToolPlan.PolicyRules(policy,
                    policy.rules().stream().filter(rule -> rule.isAbout(server, tool)).toList()));
        }
        List<ToolPlan.Narrowing> narrowings = new ArrayList<>();
        for (Lease lease : leases) {
            lease.narrowings().stream()
                    .filter(narrowing -> narrowing.isAbout(server, tool, stakes))
                    .map(narrowing -> narrowing.config().verdict())
                    .reduce(Verdict::strictest)
                    .ifPresent(verdict -> narrowings.add(new ToolPlan.Narrowing(lease.requirement(), verdict)));
        }
        Fields fields = new Fields("server", server, "name", tool, "stakes", stakes.wireName());
        return new ToolPlan(fields, schema, List.copyOf(rules), List.copyOf(narrowings), pin);
    }
}
