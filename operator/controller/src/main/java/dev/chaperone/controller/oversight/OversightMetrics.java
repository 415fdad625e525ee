package dev.chaperone.controller.oversight;

import dev.chaperone.controller.fleet.AgentId;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Shows how it stands with oversight, on the replica that leads; never by agent, for there are too many. */
public final class OversightMetrics {
    private OversightMetrics() {}

    /** @param standings empty on a replica that does not lead */
    public static void register(PrometheusRegistry registry,
            Supplier<Map<AgentId, List<RequirementStanding>>> standings) {
        GaugeWithCallback.builder()
                .name("chaperone_oversight_requirements")
                .help("Requirements of oversight policies, one of each agent, by how it stands with them")
                .labelNames("namespace", "requirement", "state")
                .callback(gauge -> {
                    Map<String, Integer> counts = new TreeMap<>();
                    standings.get().forEach((agent, all) -> all.forEach(standing -> counts.merge(
                            agent.namespace() + '/' + standing.requirement().name() + '/' + standing.state().wireName(),
                            1, Integer::sum)));
                    counts.forEach((key, count) -> gauge.call(count, key.split("/", -1)));
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("chaperone_oversight_narrowed_agents")
                .help("Agents that may do less because oversight lacks, some of their pods or all")
                .labelNames("namespace")
                .callback(gauge -> {
                    Map<String, Integer> counts = new TreeMap<>();
                    standings.get().forEach((agent, all) -> {
                        boolean narrowed = all.stream().anyMatch(
                                standing -> standing.narrowed() && !standing.requirement().narrowings().isEmpty());
                        counts.merge(agent.namespace(), narrowed ? 1 : 0, Integer::sum);
                    });
                    counts.forEach((namespace, count) -> gauge.call(count, namespace));
                })
                .register(registry);
    }
}
