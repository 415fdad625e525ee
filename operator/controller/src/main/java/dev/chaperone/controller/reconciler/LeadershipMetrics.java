package dev.chaperone.controller.reconciler;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Shows who leads, so that nobody leading is seen and not only what is missing then. */
public final class LeadershipMetrics {
    private LeadershipMetrics() {}

    /** Shows whether this replica leads, on every replica. */
    public static void register(PrometheusRegistry registry, Leadership leadership) {
        GaugeWithCallback.builder()
                .name("chaperone_operator_leads")
                .help("1 on the replica that leads, 0 on the others")
                .callback(gauge -> gauge.call(leadership.leads() ? 1 : 0))
                .register(registry);
    }
}
