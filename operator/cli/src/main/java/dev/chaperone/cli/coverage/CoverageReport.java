package dev.chaperone.cli.coverage;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the census found.
 *
 * @param agents by namespace and name
 */
public record CoverageReport(List<Line> agents) {
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
     */
    public record Sum(int pods, int guardedPods, int unknown) {
        static Sum of(Collection<Line> agents) {
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
            return new Sum(pods, guarded, unknown);
        }

        /** Whether every pod is known to be guarded. */
        public boolean isComplete() {
            return unknown == 0 && guardedPods == pods;
        }
    }

    /** Without the agents that run outside of the cluster, which have no pods. */
    public static CoverageReport of(Collection<Agent> agents) {
        return new CoverageReport(
                agents.stream()
                        .filter(agent -> agent.getSpec() != null && agent.getSpec().workloadRef() != null)
                        .map(agent -> new Line(
                                agent.getMetadata().getNamespace(), agent.getMetadata().getName(),
                                agent.getStatus() == null ? null : agent.getStatus().coverage()))
                        .sorted(Comparator.comparing(Line::namespace).thenComparing(Line::name))
                        .toList());
    }

    /** Of all. */
    public Sum total() {
        return Sum.of(agents);
    }

    /** Of each namespace. */
    Map<String, Sum> namespaces() {
        Map<String, Sum> sums = new TreeMap<>();
        agents.stream().collect(Collectors.groupingBy(Line::namespace))
                .forEach((namespace, lines) -> sums.put(namespace, Sum.of(lines)));
        return sums;
    }
}
