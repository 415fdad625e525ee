package dev.chaperone.controller.reconciler.census;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.census.AgentCensus;
import dev.chaperone.controller.census.Census;
import dev.chaperone.controller.census.KnownGuardrails;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.ShapeView;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the census of an agent whenever it is reconciled, and remembers the last one of each for metrics. */
public final class CensusTaker implements AutoCloseable {
    /** Of an event on an agent: one of its pods is not guarded. */
    static final String POD_NOT_GUARDED = "PodNotGuarded";

    /** What was found. */
    public record Taken(
            /* What the agent's status should say of it; null while it is not known what pods should be. */
            @Nullable AgentCoverage coverage,
            /* UIDs of the pods that are not guarded. */
            Set<String> notGuarded,
            /* After which time it has to be taken again, if nothing happens before; null for never. */
            @Nullable Duration again) {}

    private record Known(GuardrailShapeSpec shape, KnownGuardrails guardrails) {}

    private final PlannedFleet fleet;
    private final Supplier<Programming> programming;
    private final Events events;
    private final ShapeView shapes;
    private final Map<AgentId, Map<Standing, Integer>> counts = new ConcurrentHashMap<>();
    private volatile @Nullable Known known;

    /**
     * @param fleet is told to say everything anew when other guardrails are known
     * @param registry gets the census's metrics
     */
    public CensusTaker(
            KubernetesClient client, PlannedFleet fleet, Supplier<Programming> programming, Events events,
            PrometheusRegistry registry) {
        this.fleet = fleet;
        this.programming = programming;
        this.events = events;
        this.shapes = new ShapeView(client, fleet::refresh);
        CensusMetrics.register(registry, this::counts);
    }

    /** Counts the agent's pods, and warns of those that somebody got round admission with. */
    public Taken take(Agent agent, AgentPlan planned) {
        AgentCoverage before = agent.getStatus() == null ? null : agent.getStatus().coverage();
        KnownGuardrails guardrails = guardrails();
        NamespaceFacts namespace = fleet.snapshot().namespaces().stream()
                .filter(each -> each.name().equals(planned.id().namespace()))
                .findFirst().orElse(null);
        if (guardrails == null || namespace == null) {
            return new Taken(before, Set.of(), null);
        }
        Programming reported = programming.get();
        Census census = new Census(guardrails, reported);
        AgentCensus counted = census.of(planned.pods(), namespace, created(agent), before);
        counts.put(planned.id(), counted.counts());
        AgentCoverage coverage = counted.coverage();
        tell(agent, before, coverage);
        Instant again = census.again(planned.pods());
        return new Taken(
                coverage, counted.notGuarded(), again == null ? null : Duration.between(reported.now(), again));
    }

    private @Nullable KnownGuardrails guardrails() {
        GuardrailShapeSpec shape = shapes.spec();
        Known last = known;
        if (shape == null || shape.containers().isEmpty()) {
            return last == null ? null : last.guardrails();
        }
        if (last == null || !last.shape().equals(shape)) {
            last = new Known(shape, KnownGuardrails.of(shape));
            known = last;
        }
        return last.guardrails();
    }

    private static @Nullable Instant created(Agent agent) {
        try {
            String created = agent.getMetadata().getCreationTimestamp();
            return created == null ? null : Instant.parse(created);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private void tell(Agent agent, @Nullable AgentCoverage before, AgentCoverage now) {
        List<Deviation> told = before == null ? List.of() : deviations(before);
        for (Deviation deviation : deviations(now)) {
            if (deviation.standing().isBreach() && !told.contains(deviation)) {
                events.warn(
                        agent, POD_NOT_GUARDED, "pod " + deviation.pod() + " is " + deviation.standing().wireName()
                                + ": " + deviation.reason());
            }
        }
    }

    private static List<Deviation> deviations(AgentCoverage coverage) {
        return Objects.requireNonNullElse(coverage.deviations(), List.of());
    }

    private SortedMap<String, Map<Standing, Integer>> counts() {
        counts.keySet().retainAll(fleet.plan().agents().keySet());
        SortedMap<String, Map<Standing, Integer>> sums = new TreeMap<>();
        counts.forEach((agent, standings) -> {
            Map<Standing, Integer> sum = sums.computeIfAbsent(
                    agent.namespace(), _ -> new EnumMap<>(Standing.class));
            standings.forEach((standing, pods) -> sum.merge(standing, pods, Integer::sum));
        });
        // They are nobody's, so that no census of an agent counts them.
        fleet.plan().exemptPods().forEach((account, pods) -> sums
                .computeIfAbsent(account.namespace(), _ -> new EnumMap<>(Standing.class))
                .merge(Standing.EXEMPT, pods, Integer::sum));
        return sums;
    }

    @Override
    public void close() {
        shapes.close();
    }
}
