package dev.chaperone.controller.planned;

import dev.chaperone.controller.plan.FleetPlanner.Work;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** The metrics of planning after one plan. */
public final class PlanSamples {
    private PlanSamples() {}

    /** Counts in a registry that has none of them. */
    public static void count(PrometheusRegistry registry) {
        new PlanMetrics(registry).planned(Duration.ofMillis(20), new Work(0, 0), new Work(2, 5));
    }
}
