package dev.chaperone.benchmarks.cluster;

import dev.chaperone.api.Agent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Agents that begin at once: nobody is narrowed who should not be, neither then nor while replicas and pods are
 * replaced, and those whose guardrails fall silent are.
 *
 * <p>Argument: how many agents (default 200).
 */
public final class OversightMeasurement {
    private static final Set<String> REQUIREMENTS = Set.of("monitoring.heartbeat", "review");
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration WATCHED = Duration.ofSeconds(75);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int SILENT = 20;

    private final Cluster cluster;
    private final Crowd crowd;
    private final int agents;

    private OversightMeasurement(Cluster cluster, Crowd crowd, int agents) {
        this.cluster = cluster;
        this.crowd = crowd;
        this.agents = agents;
    }

    public static void main(String[] arguments) throws Exception {
        int agents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        try (Cluster cluster = Cluster.open(); Crowd crowd = new Crowd(cluster)) {
            new OversightMeasurement(cluster, crowd, agents).run();
        }
    }

    private void run() throws InterruptedException {
        watch(agents + " agents begin", () -> crowd.begin(agents));
        Cluster.await("all decide", PATIENCE, () -> deciding() == agents);
        watch("the leader is deleted", () -> cluster.client().resource(cluster.operators().getFirst()).delete());
        watch("all pods are deleted", () -> cluster.client().pods().inNamespace(Crowd.NAMESPACE).delete());
        Cluster.await("all decide", PATIENCE, () -> deciding() == agents);
        silence();
    }

    private long deciding() {
        return crowd.guardrails().stream().filter(SimulatedGuardrail::decides).count();
    }

    private void watch(String what, Runnable event) throws InterruptedException {
        event.run();
        long begun = System.nanoTime();
        long narrowing = 0;
        long said = 0;
        double allDecide = Double.NaN;
        while (Figures.millisSince(begun) < WATCHED.toMillis() || deciding() < agents) {
            narrowing = Math.max(narrowing, narrowing());
            said = Math.max(said, saidToBeNarrowed());
            if (Double.isNaN(allDecide) && deciding() == agents) {
                allDecide = Figures.millisSince(begun) / 1000;
            }
            Thread.sleep(LOOK);
        }
        Figures.print(
                "%s: %d decide after %.1f s; at most %d guardrails narrowed, and %d agents were said to be", what,
                deciding(), allDecide, narrowing, said);
    }

    private void silence() throws InterruptedException {
        List<SimulatedGuardrail> silent = crowd.guardrails().subList(0, SILENT);
        long begun = System.nanoTime();
        silent.forEach(guardrail -> guardrail.isQuiet(true));
        Cluster.await("the silent narrow", PATIENCE, () -> narrowing() >= SILENT);
        double narrowed = Figures.millisSince(begun) / 1000;
        Cluster.await("it is said", PATIENCE, () -> saidToBeNarrowed() >= SILENT);
        double said = Figures.millisSince(begun) / 1000;
        long others = narrowing() - SILENT + saidToBeNarrowed() - SILENT;
        begun = System.nanoTime();
        silent.forEach(guardrail -> guardrail.isQuiet(false));
        Cluster.await("they heal", PATIENCE, () -> narrowing() == 0);
        double healed = Figures.millisSince(begun) / 1000;
        Cluster.await("it is said", PATIENCE, () -> saidToBeNarrowed() == 0);
        Figures.print(
                "%d fall silent: narrow after %.1f s, said after %.1f s, of the others %d; heard again: healed after"
                        + " %.1f s, said after %.1f s",
                SILENT, narrowed, said, others, healed, Figures.millisSince(begun) / 1000);
    }

    private long narrowing() {
        return crowd.guardrails().stream().filter(guardrail -> guardrail.narrows(REQUIREMENTS)).count();
    }

    private long saidToBeNarrowed() {
        return cluster.client().resources(Agent.class).inNamespace(Crowd.NAMESPACE).list().getItems().stream()
                .filter(agent -> agent.getStatus() != null)
                .filter(agent -> Stream.ofNullable(agent.getStatus().oversight()).flatMap(List::stream)
                        .anyMatch(requirement -> Objects.nonNull(requirement.narrowed())))
                .count();
    }
}
