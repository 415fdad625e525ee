package dev.chaperone.controller.planned;

import dev.chaperone.controller.view.AgentFacts;
import java.util.stream.Collectors;
import java.util.function.Function;
import java.util.Map;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.Registration;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.FleetPlanner;
import dev.chaperone.controller.plan.FleetPlanner.Work;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.ToolServers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plan that is in force here, made anew from each snapshot. */
public final class PlannedFleet implements ConfigDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(PlannedFleet.class);

    private final FleetPlanner planner;
    private final PlanMetrics metrics;
    private final CountDownLatch planned = new CountDownLatch(1);
    private final List<Consumer<FleetChange>> listeners = new CopyOnWriteArrayList<>();
    private volatile FleetPlan plan = FleetPlan.EMPTY;
    private volatile List<AcceptedSpec> stored = List.of();
    private volatile Snapshot snapshot = Snapshot.EMPTY;
    private volatile Map<AgentId, AgentFacts> written = Map.of();
    private volatile ToolServers toolServers = ToolServers.NONE;

    PlannedFleet(FleetPlanner planner, PlanMetrics metrics) {
        this.planner = planner;
        this.metrics = metrics;
    }

    /**
     * One that knows nothing yet.
     *
     * @param compiler used by nobody else
     */
    public static PlannedFleet of(PolicyCompiler compiler, PlanMetrics metrics) {
        return new PlannedFleet(new FleetPlanner(compiler), metrics);
    }

    /** Plans what is new. Called on one thread. */
    public void accept(Snapshot latest) {
        FleetPlan before = plan;
        Work done = planner.work();
        long begun = System.nanoTime();
        FleetPlan now = planner.plan(latest, before.accepted());
        metrics.planned(Duration.ofNanos(System.nanoTime() - begun), done, planner.work());
        snapshot = latest;
        stored = latest.accepted();
        written = latest.agents().stream().collect(Collectors.toUnmodifiableMap(AgentFacts::id, Function.identity()));
        toolServers = planner.toolServers();
        plan = now;
        // A replica that came up while governed namespaces are still being read knows too few pods to refuse any.
        if (latest.loading().isEmpty()) {
            planned.countDown();
        }
        tell(FleetChange.between(before, now));
    }

    /** Tells that there is something new to say of everything. */
    public void refresh() {
        tell(FleetChange.all(plan));
    }

    /** Tells that it stands otherwise with the oversight of these agents. */
    public void overseen(Set<AgentId> agents) {
        tell(FleetChange.overseen(plan, agents));
    }

    /** What should be. */
    public FleetPlan plan() {
        return plan;
    }

    /** What the plan was made from. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** The Agents as they were last written. */
    public Map<AgentId, AgentFacts> written() {
        return written;
    }

    /** The tool servers that the plan was made with. */
    public ToolServers toolServers() {
        return toolServers;
    }

    /** The accepted specs that are stored. */
    public List<AcceptedSpec> stored() {
        return stored;
    }

    /** The listener is called on one thread and must not block. */
    public Registration onPlan(Consumer<FleetChange> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Waits until there is a plan; says whether there is one. */
    public boolean awaitReady(Duration atMost) throws InterruptedException {
        return planned.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean ready() {
        return planned.getCount() == 0;
    }

    @Override
    public Optional<PodFacts> pod(String uid) {
        return guarded(uid, (agent, pod) -> new PodFacts(
                pod.namespace(), pod.name(), uid, pod.serviceAccount(), agent.id(), pod.node()));
    }

    @Override
    public Optional<AssignedConfig> forPod(String uid) {
        return guarded(uid, (agent, pod) -> new AssignedConfig(
                agent.id(), agent.config().revision(), agent.config()::bytes, agent.credentials().digest(),
                agent.credentials()::tokens));
    }

    @Override
    public Registration onChange(Consumer<Set<AgentId>> listener) {
        return onPlan(change -> {
            if (!change.agents().isEmpty()) {
                listener.accept(change.agents());
            }
        });
    }

    // A pod that admission did not bind has no guardrail, and is believed in nothing: it may say that it is another's.
    private <T> Optional<T> guarded(
            String podUid, BiFunction<AgentPlan, dev.chaperone.controller.view.PodFacts, T> answer) {
        FleetPlan now = plan;
        AgentId id = now.agentOfPod().get(podUid);
        AgentPlan agent = id == null ? null : now.agents().get(id);
        return agent == null
                ? Optional.empty()
                : agent.pods().stream()
                        .filter(pod -> pod.uid().equals(podUid) && pod.bound() != null)
                        .findFirst()
                        .map(pod -> answer.apply(agent, pod));
    }

    private void tell(FleetChange change) {
        for (Consumer<FleetChange> listener : listeners) {
            try {
                listener.accept(change);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("A listener failed");
            }
        }
    }
}
