package dev.chaperone.controller.reconciler.census;

import dev.chaperone.api.Standing;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;

/** Counts pods by how they stand, on the replica that leads; the others say nothing of it. */
final class CensusMetrics {
    private CensusMetrics() {}

    /** @param counts of each namespace, asked at each scrape */
    static void register(PrometheusRegistry registry, Supplier<SortedMap<String, Map<Standing, Integer>>> counts) {
        GaugeWithCallback.builder()
                .name("chaperone_census_pods")
                .help("Pods of governed namespaces, by how they stand compared with what admission makes, Exempt those of"
                        + " exempt ServiceAccounts; of the leader")
                .labelNames("namespace", "standing")
                .callback(gauge -> counts.get().forEach((namespace, standings) -> {
                    for (Standing standing : Standing.values()) {
                        gauge.call(standings.getOrDefault(standing, 0), namespace, standing.wireName());
                    }
                }))
                .register(registry);
        GaugeWithCallback.builder()
                .name("chaperone_census_namespace_coverage_ratio")
                .help("Share of a namespace's pods that are guarded, those of exempt ServiceAccounts not counted, 1 when it"
                        + " has none; of the leader")
                .labelNames("namespace")
                .callback(gauge -> counts.get()
                        .forEach((namespace, standings) -> gauge.call(ratio(standings), namespace)))
                .register(registry);
    }

    private static double ratio(Map<Standing, Integer> standings) {
        int all = standings.entrySet().stream().filter(each -> each.getKey() != Standing.EXEMPT)
                .mapToInt(Map.Entry::getValue).sum();
        int guarded = standings.entrySet().stream().filter(each -> each.getKey().isGuarded())
                .mapToInt(Map.Entry::getValue).sum();
        return all == 0 ? 1 : (double) guarded / all;
    }
}
