package dev.chaperone.cli.coverage;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.ClusterOversightPolicy;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the census found.
 *
 * @param agents by namespace and name
 * @param exempt how many pods of each namespace need no guardrail because their ServiceAccount is exempt, where there are
 *     any; null when it is not known
 */
public record CoverageReport(List<Line> agents, @Nullable SortedMap<String, Integer> exempt) {
    /**
     * One agent.
     *
     * @param coverage null while no census has been taken
     */
    public record Line(String namespace, String name, @Nullable AgentCoverage coverage) {
        List<Deviation> deviations() {
            return coverage == null ? List.of() : Objects.requireNonNullElse(coverage.deviations(), List.of());
        }

        /** How many deviations there are that the agent's status has no room for, guarded pods not counted. */
        int untold() {
            long told = deviations().stream().filter(each -> !each.standing().isGuarded()).count();
            return coverage == null ? 0 : (int) Math.max(0, coverage.pods() - coverage.guardedPods() - told);
        }
    }

    /**
     * How many pods there are, and how many of them are guarded.
     *
     * @param unknown how many agents nobody has counted yet
     * @param exempt how many pods there are besides that need no guardrail
     */
    public record Sum(int pods, int guardedPods, int unknown, int exempt) {
        static Sum of(Collection<Line> agents, int exempt) {
            int pods = 0;
            int guarded = 0;
            int unknown = 0;
            for (Line agent : agents) {
                AgentCoverage coverage = agent.coverage();
                if (coverage == null) {
                    unknown++;
                } else {
                    pods += coverage.pods();
                    guarded += coverage.guardedPods();
                }
            }
            return new Sum(pods, guarded, unknown, exempt);
        }

        /** Whether every pod is known to be guarded. */
        public boolean isComplete() {
            return unknown == 0 && guardedPods == pods;
        }
    }

    /**
     * Without the agents that run outside of the cluster, which have no pods.
     *
     * @param policies those that may exempt pods; null when they could not be read
     * @param namespace the only one that is asked about; null for all
     */
    public static CoverageReport of(
            Collection<Agent> agents, @Nullable Collection<ClusterOversightPolicy> policies,
            @Nullable String namespace) {
        return new CoverageReport(
                agents.stream()
                        .filter(agent -> agent.getSpec() != null && agent.getSpec().workloadRef() != null)
                        .map(agent -> new Line(
                                agent.getMetadata().getNamespace(), agent.getMetadata().getName(),
                                agent.getStatus() == null ? null : agent.getStatus().coverage()))
                        .sorted(Comparator.comparing(Line::namespace).thenComparing(Line::name))
                        .toList(),
                policies == null ? null : exempt(policies, namespace));
    }

    // Several policies may exempt, and so count, the same pods.
    private static SortedMap<String, Integer> exempt(
            Collection<ClusterOversightPolicy> policies, @Nullable String namespace) {
        Map<List<String>, Integer> accounts = new HashMap<>();
        policies.stream()
                .map(policy -> policy.getStatus())
                .filter(status -> status != null && status.exempt() != null)
                .flatMap(status -> status.exempt().stream())
                .filter(each -> namespace == null || namespace.equals(each.namespace()))
                .forEach(each -> accounts
                        .merge(List.of(each.namespace(), each.serviceAccount()), each.pods(), Math::max));
        SortedMap<String, Integer> sums = new TreeMap<>();
        accounts.forEach((account, pods) -> sums.merge(account.getFirst(), pods, Integer::sum));
        return sums;
    }

    /** Of all. */
    public Sum total() {
        return Sum.of(agents, known().values().stream().mapToInt(Integer::intValue).sum());
    }

    private SortedMap<String, Integer> known() {
        return Objects.requireNonNullElse(exempt, Collections.emptySortedMap());
    }

    /** Of each namespace. */
    SortedMap<String, Sum> namespaces() {
        SortedMap<String, Sum> sums = new TreeMap<>();
        known().forEach((namespace, pods) -> sums.put(namespace, Sum.of(List.of(), pods)));
        agents.stream().collect(Collectors.groupingBy(Line::namespace))
                .forEach((namespace, lines) -> sums.put(namespace,
                        Sum.of(lines, known().getOrDefault(namespace, 0))));
        return sums;
    }
}
