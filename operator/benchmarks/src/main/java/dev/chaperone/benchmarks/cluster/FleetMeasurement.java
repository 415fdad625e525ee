package dev.chaperone.benchmarks.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * 2,000 simulated pods of 200 workloads in 20 namespaces: how long until all 200 configs are right after an edit of a
 * cluster policy, what that costs the API server and the operator, and what a restart of the leader writes.
 *
 * <p>Argument: how many edits (default 10).
 */
public final class FleetMeasurement {
    private static final int AGENTS = Fleet.NAMESPACES * Fleet.WORKLOADS;
    private static final Duration EDITED = Duration.ofMinutes(3);
    private static final Duration QUIET = Duration.ofSeconds(8);
    private static final Duration HEARTBEATS = Duration.ofSeconds(45);
    private static final int BURST = 20;
    private static final Duration BETWEEN = Duration.ofMillis(100);
    // Only the operator writes these; leases are everybody's.
    private static final Set<String> OURS = Set.of(
            "agents", "guardrailconfigs", "guardrailshapes", "controllerrevisions", "toolpolicies",
            "clustertoolpolicies", "toolservers", "clustertoolservers", "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations");

    private final Cluster cluster;
    private final Fleet fleet;

    private FleetMeasurement(Cluster cluster, Fleet fleet) {
        this.cluster = cluster;
        this.fleet = fleet;
    }

    public static void main(String[] arguments) throws Exception {
        int edits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        try (Cluster cluster = Cluster.open()) {
            long start = System.nanoTime();
            try (Fleet fleet = Fleet.start(cluster)) {
                Figures.print("the fleet runs after %.0f s", Figures.millisSince(start) / 1000);
                Cluster.await("all configs are there", EDITED, () -> fleet.with("first") >= AGENTS);
                new FleetMeasurement(cluster, fleet).run(edits);
            }
        }
    }

    private void run(int edits) throws Exception {
        quiet();
        Figures.print("memory at rest: %s", cluster.operatorMemory());
        edits(edits);
        burst();
        quiet();
        Figures.print("memory after the edits: %s", cluster.operatorMemory());
        untouched();
        restart();
    }

    private void edits(int edits) throws InterruptedException {
        List<Double> first = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        ApiCounters before = cluster.counters();
        ApiCounters ownBefore = cluster.operatorCounters();
        for (int i = 0; i < edits; i++) {
            String mark = "edit-" + i + "-" + Long.toHexString(System.currentTimeMillis());
            fleet.edit(0, mark);
            long applied = System.nanoTime();
            Cluster.await("one config is right", EDITED, () -> fleet.with(mark) > 0);
            first.add(Figures.millisSince(applied));
            Cluster.await("all configs are right", EDITED, () -> fleet.with(mark) >= AGENTS);
            all.add(Figures.millisSince(applied));
            quiet();
        }
        Figures.print("edit of a cluster policy, until the first config is right: %s", Figures.spread(first, "ms"));
        Figures.print("edit of a cluster policy, until all %d are right: %s", AGENTS, Figures.spread(all, "ms"));
        tell(edits + " edits", before, ownBefore);
    }

    private void burst() throws InterruptedException {
        ApiCounters before = cluster.counters();
        ApiCounters ownBefore = cluster.operatorCounters();
        String mark = "burst-" + Long.toHexString(System.currentTimeMillis());
        long begun = System.nanoTime();
        for (int i = 0; i < BURST; i++) {
            fleet.edit(0, i == BURST - 1 ? mark : mark + "x" + i);
            Thread.sleep(Math.max(0, (i + 1) * BETWEEN.toMillis() - (long) Figures.millisSince(begun)));
        }
        double lasted = Figures.millisSince(begun);
        Cluster.await("all configs are right", EDITED, () -> fleet.with(mark) >= AGENTS);
        Figures.print(
                "%d edits in %.0f ms, until all configs hold the last one: %.0f ms more", BURST, lasted,
                Figures.millisSince(begun) - lasted);
        quiet();
        tell(BURST + " edits at once", before, ownBefore);
    }

    private void untouched() throws InterruptedException {
        ApiCounters before = cluster.counters();
        Thread.sleep(HEARTBEATS);
        Figures.print(
                "nothing touched for %d s; written: %s", HEARTBEATS.toSeconds(),
                cluster.counters().since(before).writes(OURS::contains));
    }

    private void restart() throws InterruptedException {
        Pod leader = cluster.operators().getFirst();
        ApiCounters before = cluster.counters();
        long begun = System.nanoTime();
        cluster.client().resource(leader).delete();
        Cluster.await(
                "another replica leads", EDITED, () -> !cluster.operators().isEmpty()
                        && cluster.client().leases().inNamespace(Cluster.OPERATOR_NAMESPACE)
                                .withName("chaperone-operator").get().getSpec().getHolderIdentity()
                                .equals(cluster.operators().getFirst().getMetadata().getName())
                        && cluster.operators().stream().noneMatch(
                                pod -> pod.getMetadata().getUid().equals(leader.getMetadata().getUid())));
        double led = Figures.millisSince(begun);
        Cluster.await(
                "both replicas are ready", EDITED, () -> cluster.operators().size() == 2
                        && cluster.operators().stream().allMatch(
                                pod -> pod.getStatus().getConditions().stream().anyMatch(
                                        condition -> condition.getType().equals("Ready")
                                                && condition.getStatus().equals("True"))));
        double ready = Figures.millisSince(begun);
        Thread.sleep(HEARTBEATS);
        Figures.print(
                "leader deleted: another leads after %.0f ms, both are ready after %.0f ms; written within %d s: %s",
                led, ready, HEARTBEATS.toSeconds(), cluster.counters().since(before).writes(OURS::contains));
        Figures.print("memory after the restart: %s", cluster.operatorMemory());
    }

    private void tell(String what, ApiCounters before, ApiCounters ownBefore) {
        Figures.print("%s, written: %s", what, cluster.counters().since(before).writes(OURS::contains));
        ApiCounters own = cluster.operatorCounters().since(ownBefore);
        Figures.print(
                "%s, both replicas: %.0f plans, %.0f configs linked, %.0f expressions compiled, %.1f s of planning",
                what, own.sum("chaperone_plan_duration_seconds_count", labels -> true),
                own.sum("chaperone_plan_configs_linked_total", labels -> true),
                own.sum("chaperone_plan_expressions_compiled_total", labels -> true),
                own.sum("chaperone_plan_duration_seconds_sum", labels -> true));
    }

    /** Until nothing has been written for a while. */
    private void quiet() throws InterruptedException {
        long end = System.nanoTime() + EDITED.toNanos();
        ApiCounters before = cluster.counters();
        do {
            Thread.sleep(QUIET.dividedBy(4));
            ApiCounters now = cluster.counters();
            if (now.since(before).writes(OURS::contains).isEmpty()) {
                return;
            }
            before = now;
        } while (System.nanoTime() < end);
        throw new IllegalStateException("the operator does not stop writing");
    }
}
