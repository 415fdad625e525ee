package dev.chaperone.controller.planned;

import dev.chaperone.controller.plan.FleetPlanner.Work;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/** What planning costs a replica: an edit is planned once, whatever the number of agents. */
public final class PlanMetrics {
    private static final double[] SECONDS = {0.005, 0.02, 0.1, 0.5, 2, 10};
    private static final double NANOS = 1e9;

    private final Histogram durations;
    private final Counter configs;
    private final Counter expressions;

    public PlanMetrics(PrometheusRegistry registry) {
        durations = Histogram.builder()
                .name("chaperone_plan_duration_seconds").help("Plans, by how long they took")
                .classicOnly().classicUpperBounds(SECONDS).withoutExemplars().register(registry);
        configs = Counter.builder()
                .name("chaperone_plan_configs_linked_total").help("Configs that a plan did not have yet")
                .withoutExemplars().register(registry);
        expressions = Counter.builder()
                .name("chaperone_plan_expressions_compiled_total").help("Expressions that a plan did not have yet")
                .withoutExemplars().register(registry);
    }

    void planned(Duration took, Work before, Work after) {
        durations.observe(took.toNanos() / NANOS);
        configs.inc(after.configs() - before.configs());
        expressions.inc(after.expressions() - before.expressions());
    }
}
