package dev.chaperone.admission.validate;

import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import java.util.List;
import java.util.Map;

/**
 * What there is in the cluster now, as far as it is known.
 *
 * @param namespaceLabels labels of the namespaces, by name
 */
public record PolicyWorld(
        List<ToolPolicy> policies,
        List<ClusterToolPolicy> clusterPolicies,
        List<ToolServer> servers,
        List<ClusterToolServer> clusterServers,
        Map<String, Map<String, String>> namespaceLabels) {
    /** Nothing. */
    public static final PolicyWorld EMPTY = new PolicyWorld(List.of(), List.of(), List.of(), List.of(), Map.of());

    public PolicyWorld {
        policies = List.copyOf(policies);
        clusterPolicies = List.copyOf(clusterPolicies);
        servers = List.copyOf(servers);
        clusterServers = List.copyOf(clusterServers);
        namespaceLabels = Map.copyOf(namespaceLabels);
    }
}
