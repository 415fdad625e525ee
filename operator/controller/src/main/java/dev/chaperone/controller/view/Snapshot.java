package dev.chaperone.controller.view;

import java.util.List;
import java.util.Set;

/**
 * What the cluster held at one moment. The order of the lists means nothing.
 *
 * @param namespaces all namespaces
 * @param loading the governed namespaces of which the pods and workloads are not known yet: nothing may be concluded
 *     from their absence
 * @param pods pods of governed namespaces
 * @param workloads workloads of governed namespaces
 * @param policies policies of both kinds, wherever they are
 * @param servers tool servers of both kinds, wherever they are
 * @param accepted the specs that were stored as accepted
 * @param credentials the Secrets that are offered
 * @param oversight oversight policies of both kinds, wherever they are
 * @param agents the Agents as they were last written
 * @param egress what NetworkPolicies are made from, and those that are there
 */
public record Snapshot(
        List<NamespaceFacts> namespaces,
        Set<String> loading,
        List<PodFacts> pods,
        List<WorkloadFacts> workloads,
        List<PolicyFacts> policies,
        List<ServerFacts> servers,
        List<AcceptedSpec> accepted,
        List<CredentialFacts> credentials,
        List<OversightFacts> oversight,
        List<AgentFacts> agents,
        EgressFacts egress) {
    /** Nothing. */
    public static final Snapshot EMPTY = new Snapshot(
            List.of(), Set.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
            List.of(), EgressFacts.NONE);

    public Snapshot {
        namespaces = List.copyOf(namespaces);
        loading = Set.copyOf(loading);
        pods = List.copyOf(pods);
        workloads = List.copyOf(workloads);
        policies = List.copyOf(policies);
        servers = List.copyOf(servers);
        accepted = List.copyOf(accepted);
        credentials = List.copyOf(credentials);
        oversight = List.copyOf(oversight);
        agents = List.copyOf(agents);
    }
}
