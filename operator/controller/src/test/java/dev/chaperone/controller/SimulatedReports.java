package dev.chaperone.controller;

import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.fleet.Registration;
import dev.chaperone.controller.plan.FleetPlan;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** As if every guarded pod were heard, but those that are named. */
final class SimulatedReports implements ProgrammingReports {
    private final Supplier<FleetPlan> plan;
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private volatile Runnable changed = () -> {};

    SimulatedReports(Supplier<FleetPlan> plan) {
        this.plan = plan;
    }

    @Override
    public Map<String, PodReport> reports() {
        Map<String, PodReport> reports = new HashMap<>();
        Instant now = Instant.now();
        plan.get().agents().values().stream().flatMap(agent -> agent.pods().stream())
                .filter(pod -> pod.bound() != null && pod.guard().digest() != null
                        && !silent.contains(pod.namespace() + '/' + pod.name()))
                .forEach(
                        pod -> reports.put(pod.uid(), new PodReport("r", null, List.of(), now, null, List.of(), null)));
        return reports;
    }

    @Override
    public Registration onChange(Runnable listener) {
        changed = listener;
        return () -> {};
    }

    void silence(String namespace, String pod) {
        silent.add(namespace + '/' + pod);
        changed.run();
    }
}
