package dev.chaperone.controller.status;

import dev.chaperone.controller.plan.ServerId;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Shows what is pinned of tool servers, and which changed, on the replica that leads; the others hear too little. */
public final class DefinitionMetrics {
    private DefinitionMetrics() {}

    /**
     * @param changed how many tools, of each server that has pins; asked at each scrape
     * @param pinned how many tools, of each server; asked at each scrape
     */
    public static void register(
            PrometheusRegistry registry, Supplier<Map<ServerId, Integer>> changed,
            Supplier<Map<ServerId, Integer>> pinned) {
        GaugeWithCallback.builder()
                .name("chaperone_tool_definitions_pinned")
                .help("Tools of which the definition is pinned, by tool server, 0 where none is; of the leader. Cluster tool "
                        + "servers have no namespace")
                .labelNames("namespace", "server")
                .callback(gauge -> show(gauge, pinned.get()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("chaperone_tool_definitions_changed")
                .help("Pinned tools of which guardrails see another definition, by tool server; of the leader. Cluster tool "
                        + "servers have no namespace")
                .labelNames("namespace", "server")
                .callback(gauge -> show(gauge, changed.get()))
                .register(registry);
    }

    private static void show(GaugeWithCallback.Callback gauge, Map<ServerId, Integer> counts) {
        counts.forEach(
                (server, tools) -> gauge
                        .call(tools, Objects.requireNonNullElse(server.namespace(), ""), server.name()));
    }
}
