package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRules.Decider;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.LeaseGrants;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.fleet.TrailReport;
import dev.chaperone.controller.oversight.PodFinding.Lacks;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.view.AgentFacts;
import dev.chaperone.controller.view.NetworkPolicyFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.policy.oversight.Requirement;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second how it stands with the oversight of all agents, on every replica: the one that leads says so in
 * statuses, and each of them tells guardrails what they may count on.
 */
public final class OversightMonitor implements LeaseGrants, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OversightMonitor.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    /** How long after its start a replica takes what it does not know for what it does not know yet. */
    private static final Duration BEGINNING = Duration.ofSeconds(30);

    private final PlannedFleet fleet;
    private final ProgrammingReports reports;
    private final BiFunction<Decider, String, Optional<Boolean>> mayDecide;
    private final EgressPolicies egress;
    private final Function<Instant, Hearing> hearing;
    private final SteadyClock clock;
    private final Instant begun;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("chaperone-oversight").daemon().factory());
    private final PodMemory memory = new PodMemory();
    private volatile Map<AgentId, List<RequirementStanding>> standings = Map.of();

    /** What this replica hears of guardrails. */
    public enum Hearing {
        /** Those that are connected to it. */
        SOME,
        /** All, but it has not been long enough for each to have been heard. */
        ALL_SOON,
        /** All. */
        ALL
    }

    /**
     * @param mayDecide whether a decider may decide in a namespace
     * @param egress what NetworkPolicies should say
     * @param hearing what this replica hears at a time of the wall clock
     */
    public OversightMonitor(
            PlannedFleet fleet,
            ProgrammingReports reports,
            BiFunction<Decider, String, Optional<Boolean>> mayDecide,
            EgressPolicies egress,
            Function<Instant, Hearing> hearing,
            SteadyClock clock) {
        this.fleet = fleet;
        this.reports = reports;
        this.mayDecide = mayDecide;
        this.egress = egress;
        this.hearing = hearing;
        this.clock = clock;
        this.begun = clock.instant();
    }

    /** Begins to look. */
    public void start() {
        executor.scheduleWithFixedDelay(this::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How it stands with the agents' requirements, as far as this replica can tell. */
    public Map<AgentId, List<RequirementStanding>> standings() {
        return standings;
    }

    private void look() {
        try {
            if (fleet.ready()) {
                check();
            }
        } catch (RuntimeException e) {
            // Thrown on, it would be the last time; what was found before stands, and leases end by themselves.
            LOG.atError().setCause(e).log("Oversight could not be looked at");
        }
    }

    /** Looks once. */
    void check() {
        FleetPlan plan = fleet.plan();
        Instant now = clock.instant();
        Hearing heard = hearing.apply(now.plus(clock.wallAhead()));
        Map<AgentId, List<RequirementStanding>> before = standings;
        AgentCheck check = new AgentCheck(new Now(now, heard, before));
        Map<AgentId, List<RequirementStanding>> found = new HashMap<>();
        plan.agents().values().stream()
                .filter(agent -> !agent.oversight().requirements().isEmpty())
                .forEach(agent -> found.put(agent.id(), check.check(agent, heard != Hearing.SOME)));
        memory.retain(plan);
        standings = Map.copyOf(found);
        Set<AgentId> changed = new HashSet<>(found.keySet());
        changed.addAll(before.keySet());
        changed.removeIf(id -> isSaidAlike(before.get(id), found.get(id)));
        if (!changed.isEmpty()) {
            fleet.overseen(changed);
        }
    }

    private static boolean isSaidAlike(@Nullable List<RequirementStanding> one,
            @Nullable List<RequirementStanding> other) {
        return one != null && other != null && (one.equals(other) || said(one).equals(said(other)));
    }

    private static List<OversightRequirement> said(List<RequirementStanding> standings) {
        return standings.stream().map(RequirementStanding::status).toList();
    }

    @Override
    public SortedMap<String, Duration> granted(AgentId agent, String pod, @Nullable TrailReport trail,
            @Nullable EgressLockReport lock) {
        SortedMap<String, Duration> granted = new TreeMap<>();
        AgentPlan planned = fleet.plan().agents().get(agent);
        PodFacts facts = planned == null
                ? null
                : planned.pods().stream().filter(each -> each.uid().equals(pod)).findFirst().orElse(null);
        if (planned == null || facts == null) {
            return granted;
        }
        Instant now = clock.instant();
        PodReport report = new PodReport(null, null, List.of(), now, trail, List.of(), lock);
        Now knowledge = new Now(now, Hearing.SOME, standings);
        for (Requirement requirement : planned.oversight().requirements()) {
            RequirementStanding standing = knowledge.before(agent, requirement);
            Instant since = requirement.terms().isOfPods()
                    ? lackingSince(facts, requirement, report, knowledge, standing)
                    : lackingSince(agent, requirement, standing, now);
            Grants.length(requirement, since, now).ifPresent(length -> granted.put(requirement.name(), length));
        }
        return granted;
    }

    private @Nullable Instant lackingSince(AgentId agent, Requirement requirement,
            @Nullable RequirementStanding standing, Instant now) {
        if (standing != null && standing.state() == State.MET) {
            return null;
        }
        // What was never looked at counts from when somebody first wanted to know, not from when the pod began: it may have
        // been required just now.
        return standing != null && standing.state().lacks()
                ? standing.since()
                : memory.lackingSince(agent, requirement.name(), now);
    }

    private @Nullable Instant lackingSince(
            PodFacts pod, Requirement requirement, PodReport report, Now knowledge,
            @Nullable RequirementStanding standing) {
        PodFinding finding = PodCheck.check(
                requirement.terms(), pod, knowledge.running(pod), report, knowledge.now());
        if (finding instanceof Lacks lacks) {
            return lacks.since() != null ? lacks.since() : knowledge.lackingSince(pod, requirement, standing);
        }
        knowledge.keeps(pod, requirement);
        return null;
    }

    /** What is known at one moment. */
    private final class Now implements AgentCheck.Knowledge {
        private final Instant now;
        private final Hearing heard;
        private final Map<AgentId, List<RequirementStanding>> before;
        private final Map<String, PodReport> last;
        private final Duration wallAhead;
        // Made when somebody asks: guardrails that ask for their leases never do.
        private @Nullable Map<String, List<NetworkPolicyFacts>> networkPolicies;

        Now(Instant now, Hearing heard, Map<AgentId, List<RequirementStanding>> before) {
            this.now = now;
            this.heard = heard;
            this.before = before;
            this.last = heard == Hearing.SOME ? Map.of() : reports.lastReports();
            this.wallAhead = clock.wallAhead();
        }

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public Instant running(PodFacts pod) {
            return memory.running(pod.uid(), now);
        }

        @Override
        public @Nullable PodReport report(PodFacts pod) {
            PodReport report = last.get(pod.uid());
            return report == null ? null : report.seen(report.lastSeen().minus(wallAhead));
        }

        @Override
        public boolean isNew() {
            return heard == Hearing.ALL_SOON || now.isBefore(begun.plus(BEGINNING));
        }

        @Override
        public Instant lackingSince(PodFacts pod, Requirement requirement, @Nullable RequirementStanding standing) {
            Instant since = standing != null && standing.state().lacks() && standing.pods().contains(pod.name())
                    ? standing.since()
                    : now;
            return memory.lackingSince(pod.uid(), requirement.name(), since);
        }

        @Override
        public void keeps(PodFacts pod, Requirement requirement) {
            memory.keeps(pod.uid(), requirement.name());
        }

        @Override
        public Instant lackingSince(AgentId agent, Requirement requirement) {
            return memory.lackingSince(agent, requirement.name(), now);
        }

        @Override
        public void keeps(AgentId agent, Requirement requirement) {
            memory.keeps(agent, requirement.name());
        }

        @Override
        public Optional<Boolean> mayDecide(Decider decider, String namespace) {
            return mayDecide.apply(decider, namespace);
        }

        @Override
        public @Nullable NetworkPolicySpec restriction(AgentPlan agent) {
            return egress.spec(agent);
        }

        @Override
        public Collection<NetworkPolicyFacts> networkPolicies(String namespace) {
            if (networkPolicies == null) {
                networkPolicies = fleet.snapshot().egress().policies().stream()
                        .collect(Collectors.groupingBy(NetworkPolicyFacts::namespace));
            }
            return networkPolicies.getOrDefault(namespace, List.of());
        }

        @Override
        public @Nullable RequirementStanding before(AgentId agent, Requirement requirement) {
            Optional<RequirementStanding> seen = before.getOrDefault(agent, List.of()).stream()
                    .filter(standing -> standing.requirement().name().equals(requirement.name()))
                    .findFirst();
            return seen.orElseGet(() -> stored(agent, requirement, now));
        }
    }

    /** What was written by whoever led before. */
    private @Nullable RequirementStanding stored(AgentId agent, Requirement requirement, Instant now) {
        AgentFacts written = fleet.written().get(agent);
        return (written == null ? List.<OversightRequirement>of() : written.oversight()).stream()
                .filter(stored -> stored.requirement().equals(requirement.name()))
                .findFirst()
                .map(stored -> RequirementStanding.of(stored, requirement, now))
                .orElse(null);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
