package dev.chaperone.controller.plan;

import dev.chaperone.policy.oversight.OversightInput;
import dev.chaperone.controller.view.OversightFacts;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ClusterToolServerSpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.ServerFacts;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans everything. The plan depends on what it is given alone; what the planner remembers spares only work. For one
 * thread.
 */
public final class FleetPlanner {
    /**
     * What has been done so far, rather than remembered.
     *
     * @param configs how many configs were linked
     * @param expressions how many expressions were compiled
     */
    public record Work(long configs, long expressions) {}

    private record ServerInputs(Set<ServerFacts> servers, Map<String, Map<String, String>> namespaceLabels) {}

    private final PolicyCompiler compiler;
    private final PolicyPlanner policies;
    private final ConfigPlanner configs;
    private ServerInputs serverInputs = new ServerInputs(Set.of(), Map.of());
    private ToolServers servers = ToolServers.NONE;

    public FleetPlanner(PolicyCompiler compiler) {
        this.compiler = compiler;
        this.policies = new PolicyPlanner(compiler);
        this.configs = new ConfigPlanner(compiler);
    }

    /** @param before the specs in force by the last plan, some of which may not have been stored yet */
    public FleetPlan plan(Snapshot snapshot, Map<String, AcceptedSpec> before) {
        SortedMap<String, NamespaceFacts> governed = governed(snapshot);
        servers = servers(snapshot, governed);
        SortedMap<PolicyId, PolicyPlanner.Standing> standings = policies
                .plan(snapshot.policies(), servers, accepted(snapshot, before));
        begin(governed, standings, snapshot.oversight());

        ServerDirectory directory = new ServerDirectory(
                snapshot.servers(), policies.serverIssues(), new CredentialOffers(snapshot.credentials()));
        AgentPlanner agents = new AgentPlanner(configs, directory, new EgressPlanner(snapshot), standings);
        SortedMap<AgentId, AgentPlan> plans = new TreeMap<>();
        // Whose pods are exempt needs no pod to be known.
        Exemptions exemptions = Exemptions.of(snapshot.oversight(), snapshot.namespaces());
        List<PodFacts> pods = snapshot.pods().stream().filter(pod -> governed.containsKey(pod.namespace())).toList();
        SortedMap<AccountId, Integer> exemptPods = exemptions.count(pods);
        Fleet fleet = Fleet.of(
                snapshot.workloads().stream().filter(workload -> governed.containsKey(workload.namespace())).toList(),
                pods, exemptions);
        fleet.members().forEach((id, member) -> plans.put(id, agents.plan(member)));
        return FleetPlan.of(
                plans, PolicyPlans.of(standings, plans.values()), directory.plans(plans.values()),
                OversightPlans.of(snapshot.oversight(), plans.values(), exemptions, exemptPods), inForce(standings),
                snapshot.loading(), exemptions, exemptPods, fleet.exempt());
    }

    /** The tool servers that the last plan was made with. */
    public ToolServers toolServers() {
        return servers;
    }

    /** What the plans up to now have cost. */
    public Work work() {
        return new Work(configs.linked(), compiler.compilations());
    }

    private static SortedMap<String, NamespaceFacts> governed(Snapshot snapshot) {
        return snapshot.namespaces().stream()
                .filter(namespace -> namespace.mayHaveGuardrails() && !snapshot.loading().contains(namespace.name()))
                .collect(Collectors.toMap(NamespaceFacts::name, Function.identity(), (a, b) -> a, TreeMap::new));
    }

    private void begin(
            SortedMap<String, NamespaceFacts> governed, SortedMap<PolicyId, PolicyPlanner.Standing> all,
            List<OversightFacts> oversight) {
        List<OversightInput> required = OversightPlans.inputs(oversight);
        List<PolicyInput> cluster = new ArrayList<>();
        Map<String, List<PolicyInput>> own = new HashMap<>();
        all.forEach((id, standing) -> (id.namespace() == null
                ? cluster
                : own.computeIfAbsent(id.namespace(), _ -> new ArrayList<>())).add(standing.input()));
        configs.begin();
        governed.forEach((name, namespace) -> {
            List<PolicyInput> inputs = new ArrayList<>(cluster);
            inputs.addAll(own.getOrDefault(name, List.of()));
            configs.namespace(name, namespace.labels(), inputs, servers, required);
        });
    }

    private static Map<String, AcceptedSpec> accepted(Snapshot snapshot, Map<String, AcceptedSpec> before) {
        Map<String, AcceptedSpec> newest = new HashMap<>(before);
        snapshot.accepted().forEach(spec -> newest.merge(spec.uid(), spec, AcceptedSpec::newest));
        return newest;
    }

    private static Map<String, AcceptedSpec> inForce(SortedMap<PolicyId, PolicyPlanner.Standing> standings) {
        Map<String, AcceptedSpec> all = new HashMap<>();
        standings.values().forEach(standing -> {
            AcceptedSpec spec = standing.inForce();
            if (spec != null) {
                all.put(spec.uid(), spec);
            }
        });
        return all;
    }

    /** The same object as long as nothing changed, so that all that was derived from it can be kept. */
    private ToolServers servers(Snapshot snapshot, SortedMap<String, NamespaceFacts> governed) {
        Map<String, Map<String, String>> labels = new TreeMap<>();
        governed.forEach((name, namespace) -> labels.put(name, namespace.labels()));
        ServerInputs inputs = new ServerInputs(Set.copyOf(snapshot.servers()), labels);
        if (inputs.equals(serverInputs)) {
            return servers;
        }
        List<Sourced<ToolServer>> own = new ArrayList<>();
        List<Sourced<ClusterToolServer>> shared = new ArrayList<>();
        for (ServerFacts facts : snapshot.servers()) {
            ObjectMeta metadata = new ObjectMetaBuilder().withNamespace(facts.namespace()).withName(facts.name())
                    .build();
            if (facts.namespace() == null) {
                ClusterToolServer server = new ClusterToolServer();
                server.setMetadata(metadata);
                server.setSpec((ClusterToolServerSpec) facts.spec());
                shared.add(Sourced.of(server));
            } else {
                ToolServer server = new ToolServer();
                server.setMetadata(metadata);
                server.setSpec((ToolServerSpec) facts.spec());
                own.add(Sourced.of(server));
            }
        }
        serverInputs = inputs;
        return ToolServers.of(own, shared, labels);
    }
}
