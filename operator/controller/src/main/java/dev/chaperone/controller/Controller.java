package dev.chaperone.controller;

import dev.chaperone.controller.reconciler.eviction.Evictions;
import java.util.function.Supplier;
import java.util.Map;
import java.util.List;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.oversight.RequirementStanding;
import dev.chaperone.controller.reconciler.oversight.ClusterOversightPolicyReconciler;
import dev.chaperone.controller.reconciler.oversight.OversightPolicyReconciler;
import dev.chaperone.api.Api;
import dev.chaperone.api.Governance;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.fleet.Registration;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.accepted.AcceptedSpecReconciler;
import dev.chaperone.controller.reconciler.agent.AgentReconciler;
import dev.chaperone.controller.reconciler.census.CensusTaker;
import dev.chaperone.controller.reconciler.egress.EgressReconciler;
import dev.chaperone.controller.reconciler.guardrailconfig.GuardrailConfigReconciler;
import dev.chaperone.controller.reconciler.namespace.NamespaceReconciler;
import dev.chaperone.controller.reconciler.policy.ClusterToolPolicyReconciler;
import dev.chaperone.controller.reconciler.policy.ToolPolicyReconciler;
import dev.chaperone.controller.reconciler.server.ClusterToolServerReconciler;
import dev.chaperone.controller.reconciler.server.ToolServerReconciler;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.controller.view.ClusterView;
import dev.chaperone.controller.view.Coalescer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.status.DefinitionMetrics;
import dev.chaperone.controller.status.Statuses;
import java.util.TreeMap;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica's part of the operator's loop. Every replica reads the cluster, plans, and says what pods should run; the
 * leader alone writes.
 */
public final class Controller implements AutoCloseable {
    /** The lease that decides who leads. */
    public static final String LEASE = "chaperone-operator";

    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    /** What events told already is looked at again this often, in case one was lost. */
    private static final Duration BACKSTOP = Duration.ofMinutes(5);

    private final KubernetesClient client;
    private final ControllerSettings settings;
    private final ProgrammingReports reports;
    private final Supplier<Map<AgentId, List<RequirementStanding>>> oversight;
    private final LeadListener listener;
    private final Clock clock;
    private final PrometheusRegistry registry;
    private final PlannedFleet fleet;
    private final Leadership leadership;
    private final ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("chaperone-reports").daemon().factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    private final Coalescer reported;
    private volatile boolean stopping;
    private @Nullable ClusterView view;
    private @Nullable Operator operator;
    private @Nullable Registration listening;
    private @Nullable CensusTaker census;

    /**
     * @param client is not closed
     * @param fleet is kept up to date
     * @param reports what guardrails say
     * @param oversight how it stands with the oversight of agents
     * @param leadership told by this controller
     * @param listener told when this replica begins and ends to lead
     * @param registry gets what the leader counts
     */
    public Controller(
            KubernetesClient client,
            ControllerSettings settings,
            PlannedFleet fleet,
            ProgrammingReports reports,
            Supplier<Map<AgentId, List<RequirementStanding>>> oversight,
            Leadership leadership,
            LeadListener listener,
            Clock clock,
            PrometheusRegistry registry) {
        this.client = client;
        this.settings = settings;
        this.fleet = fleet;
        this.reports = reports;
        this.oversight = oversight;
        this.leadership = leadership;
        this.listener = listener;
        this.clock = clock;
        this.registry = registry;
        this.reported = new Coalescer(executor, Duration.ofMillis(200), Duration.ofSeconds(1), fleet::refresh);
    }

    /**
     * Reads the cluster, then stands for election.
     *
     * @throws IllegalStateException when the cluster cannot be read in time
     */
    public synchronized void start() throws InterruptedException {
        view = new ClusterView(client, settings.namespace(), fleet::accept);
        if (!fleet.awaitReady(settings.startTimeout())) {
            throw new IllegalStateException("the cluster could not be read within " + settings.startTimeout());
        }
        listening = reports.onChange(reported::signal);
        operator = operator();
        operator.start();
    }

    private Operator operator() {
        Operator built = new Operator(configuration -> configuration.withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(8)
                .withLeaderElectionConfiguration(election()));
        Supplier<Programming> programming = () -> new Programming(
                reports.reports(), clock.instant(), settings.heartbeat(), leadership.since());
        Events events = new Events(client, settings.identity(), clock);
        Reconciliation reconciliation = new Reconciliation(
                fleet, programming, oversight, client, leadership, events, settings.namespace());
        DefinitionMetrics.register(registry, () -> changedDefinitions(reconciliation), this::pinnedDefinitions);
        CensusTaker taker = new CensusTaker(client, fleet, programming, events, registry);
        census = taker;
        register(built, "namespace", new NamespaceReconciler(reconciliation), Governance.NAMESPACE_LABEL + " in ("
                + Governance.GOVERNED + "," + Governance.BREAK_GLASS + ")");
        Evictions evictions = new Evictions(client, fleet, leadership, reconciliation.events(), clock);
        register(built, "agent", new AgentReconciler(reconciliation, taker, evictions), null);
        register(built, "guardrailconfig", new GuardrailConfigReconciler(reconciliation), null);
        register(built, "egress", new EgressReconciler(reconciliation, new EgressPolicies(settings.egress())), null);
        register(built, "toolpolicy", new ToolPolicyReconciler(reconciliation), null);
        register(built, "clustertoolpolicy", new ClusterToolPolicyReconciler(reconciliation), null);
        register(built, "toolserver", new ToolServerReconciler(reconciliation), null);
        register(built, "clustertoolserver", new ClusterToolServerReconciler(reconciliation), null);
        register(built, "oversightpolicy", new OversightPolicyReconciler(reconciliation), null);
        register(built, "clusteroversightpolicy", new ClusterOversightPolicyReconciler(reconciliation), null);
        built.register(
                new AcceptedSpecReconciler(reconciliation),
                configuration -> configuration.withName("acceptedspec")
                        .settingNamespace(settings.namespace())
                        .withLabelSelector(AcceptedSpecs.LABEL));
        return built;
    }

    private Map<ServerId, Integer> changedDefinitions(Reconciliation reconciliation) {
        FleetPlan plan = fleet.plan();
        Map<ServerId, Integer> changed = new TreeMap<>();
        if (!leadership.leads()) {
            return changed;
        }
        Statuses statuses = reconciliation.statuses(plan);
        plan.servers().forEach((id, server) -> {
            if (!server.pins().isEmpty()) {
                changed.put(id, statuses.changes(server).seen().size());
            }
        });
        return changed;
    }

    private Map<ServerId, Integer> pinnedDefinitions() {
        Map<ServerId, Integer> pinned = new TreeMap<>();
        if (leadership.leads()) {
            fleet.plan().servers().forEach((id, server) -> pinned.put(id, server.pins().size()));
        }
        return pinned;
    }

    private static <P extends HasMetadata> void register(
            Operator operator, String name, Reconciler<P> reconciler, @Nullable String labels) {
        operator.register(reconciler, configuration -> {
            configuration.withName(name)
                    .withFieldManager(Api.FIELD_MANAGER)
                    .withReconciliationMaxInterval(BACKSTOP);
            if (labels != null) {
                configuration.withLabelSelector(labels);
            }
        });
    }

    private LeaderElectionConfiguration election() {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                .withLeaseNamespace(settings.namespace())
                .withLeaseDuration(Leadership.LEASE)
                .withIdentity(settings.identity())
                .withExitOnStopLeading(false)
                .withLeaderCallbacks(
                        new LeaderCallbacks(
                                this::startLeading, this::stopLeading,
                                leader -> LOG.atInfo().addKeyValue("leader", leader).log("There is a leader")))
                .build();
    }

    private void startLeading() {
        LOG.info("Leads");
        leadership.begin(clock.instant());
        // Until then the silence of a pod means nothing.
        executor.schedule(reported::signal, settings.heartbeat().toMillis() + 1, TimeUnit.MILLISECONDS);
        listener.leads();
    }

    private void stopLeading() {
        leadership.lose();
        if (!stopping) {
            LOG.warn("Leads no longer");
            listener.leadsNoLonger();
        }
    }

    @Override
    public synchronized void close() {
        stopping = true;
        leadership.lose();
        if (listening != null) {
            listening.close();
        }
        if (operator != null) {
            operator.stop();
            new LeaderLease(client, settings).release();
        }
        if (census != null) {
            census.close();
        }
        if (view != null) {
            view.close();
        }
        executor.shutdownNow();
    }
}
