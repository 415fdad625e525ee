package dev.chaperone.operator;

import java.time.Instant;
import dev.chaperone.controller.oversight.Deciders;
import dev.chaperone.controller.oversight.OversightMetrics;
import dev.chaperone.controller.oversight.OversightMonitor.Hearing;
import dev.chaperone.controller.oversight.OversightMonitor;
import dev.chaperone.controller.oversight.SteadyClock;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.LeadershipMetrics;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.admission.mutate.PodMutator;
import dev.chaperone.admission.server.AdmissionAnswer;
import dev.chaperone.admission.server.AdmissionHandler;
import dev.chaperone.admission.server.AdmissionRequest;
import dev.chaperone.admission.server.AdmissionServer;
import dev.chaperone.admission.server.SuppliedKeyManager;
import dev.chaperone.admission.validate.PolicyValidator;
import dev.chaperone.controller.Controller;
import dev.chaperone.controller.ControllerSettings;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.channel.ChannelMetrics;
import dev.chaperone.controller.channel.ChannelServer;
import dev.chaperone.controller.channel.ChannelSettings;
import dev.chaperone.controller.channel.EvidenceKeeping;
import dev.chaperone.controller.channel.GuardrailReports;
import dev.chaperone.controller.channel.KubernetesTokenReviews;
import dev.chaperone.controller.channel.PeerReports;
import dev.chaperone.controller.evidence.EvidenceMetrics;
import dev.chaperone.controller.evidence.EvidenceSink;
import dev.chaperone.controller.evidence.OtlpSettings;
import dev.chaperone.controller.evidence.OtlpSink;
import dev.chaperone.controller.evidence.StandardOutputSink;
import dev.chaperone.injection.EgressLockContainer;
import dev.chaperone.injection.GuardrailContainer;
import dev.chaperone.injection.GuardrailSettings;
import dev.chaperone.injection.PodInjector;
import dev.chaperone.injection.WorkloadBinding;
import dev.chaperone.operator.admission.KnownWorld;
import dev.chaperone.operator.admission.LiveOwners;
import dev.chaperone.operator.admission.RecentOwners;
import dev.chaperone.operator.certificates.CertificateKeeper;
import dev.chaperone.operator.shape.ShapeKeeper;
import dev.chaperone.operator.shape.ShapeWatch;
import dev.chaperone.operator.webhooks.WebhookKeeper;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One replica: admission and the channel on every one, reconciling on the one that leads. */
final class ChaperoneOperator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChaperoneOperator.class);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    private final List<AutoCloseable> started = new ArrayList<>();
    private final OperatorSettings settings;
    private final KubernetesClient client;
    private final Leadership leadership;
    private final Clock clock;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PlannedFleet fleet = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(registry));
    private @Nullable AdmissionServer admission;
    private @Nullable ShapeWatch shape;

    /** @param leadership of this replica, told of the lease by the client */
    ChaperoneOperator(OperatorSettings settings, KubernetesClient client, Leadership leadership, Clock clock) {
        this.settings = settings;
        this.client = client;
        this.leadership = leadership;
        this.clock = clock;
    }

    /**
     * Starts everything; returns when this replica serves.
     *
     * @param onEnd called when this replica has to end
     */
    void start(Runnable onEnd) throws Exception {
        keep(HealthServer.start(OperatorSettings.HEALTH_PORT, this::unready, new Exposition(registry)));
        List<OwnerReference> owners = owners();
        ServedCertificates certificates = certificates();
        ShapeWatch watch = keep(new ShapeWatch(client));
        shape = watch;

        GuardrailReports reports = keep(new GuardrailReports(fleet, GuardrailReports.HEARTBEAT_AGE));
        LeadershipMetrics.register(registry, leadership);
        OversightMonitor oversight = oversight(reports);
        ChannelMetrics metrics = new ChannelMetrics(registry);
        keep(new ChannelServer(
                ChannelSettings.DEFAULT.withPort(OperatorSettings.CHANNEL_PORT),
                new SuppliedKeyManager(certificates::serving), fleet,
                new KubernetesTokenReviews(client), reports, oversight, certificates::peerKey,
                evidence(certificates), metrics)).start();

        AdmissionServer webhooks = keep(new AdmissionServer(
                OperatorSettings.WEBHOOK_PORT, certificates::serving, handlers(watch), clock));
        webhooks.start();
        admission = webhooks;

        PeerReports peers = new PeerReports(
                keep(new Replicas(client, settings.namespace(), settings.podAddress())), reports,
                certificates::peerKey, settings.channelName(), certificates::authorities, metrics);
        LeaderDuties duties = keep(new LeaderDuties(peers, duties(certificates, owners), onEnd));
        keep(new Controller(
                client,
                new ControllerSettings(
                        settings.namespace(), settings.pod(), GuardrailReports.HEARTBEAT_AGE, START_TIMEOUT,
                        settings.egress()),
                fleet, reports, oversight::standings, leadership, duties, clock, registry)).start();
        oversight.start();
        LOG.info("Operator serves");
    }

    private OversightMonitor oversight(GuardrailReports reports) {
        Deciders deciders = keep(new Deciders(client));
        OversightMonitor monitor = keep(new OversightMonitor(
                fleet, reports, deciders::may, new EgressPolicies(settings.egress()), this::hearing,
                SteadyClock.of(clock)));
        OversightMetrics.register(registry, () -> leadership.leads() ? monitor.standings() : Map.of());
        return monitor;
    }

    private Hearing hearing(Instant now) {
        if (!leadership.leads()) {
            return Hearing.SOME;
        }
        return now.isBefore(leadership.since().plus(GuardrailReports.HEARTBEAT_AGE)) ? Hearing.ALL_SOON : Hearing.ALL;
    }

    private ServedCertificates certificates() {
        CertificateKeeper keeper = keep(
                new CertificateKeeper(client, settings.namespace(), settings.serverNames(), clock));
        ServedCertificates served = new ServedCertificates(keeper.start());
        keeper.onChange(served::replace);
        return served;
    }

    private EvidenceKeeping evidence(ServedCertificates certificates) throws IOException {
        EvidenceMetrics metrics = new EvidenceMetrics(registry);
        OtlpSettings collector = settings.collector();
        EvidenceSink sink = collector == null
                ? StandardOutputSink.ofThisProcess()
                : keep(new OtlpSink(collector, metrics));
        TrailEvents events = keep(new TrailEvents(client, new Events(client, settings.pod(), clock)));
        return new EvidenceKeeping(sink, certificates::acknowledgementKey, events, metrics);
    }

    private Map<String, AdmissionHandler> handlers(ShapeWatch watch) {
        KnownWorld world = new KnownWorld(fleet);
        WorkloadBinding binding = new WorkloadBinding(
                new RecentOwners(new LiveOwners(client)), settings.trustedControllers());
        AdmissionHandler pods = request -> mutate(request, watch, binding, world);
        return Map.of(
                PodMutator.PATH, pods,
                PolicyValidator.PATH,
                new PolicyValidator(new PolicyCompiler(), world::policies, world::credentialProblem));
    }

    private AdmissionAnswer mutate(
            AdmissionRequest request, ShapeWatch watch, WorkloadBinding binding, KnownWorld world) {
        PodInjector injector = watch.injector();
        if (injector == null) {
            throw new IllegalStateException("the operator is starting, no guardrail is known yet");
        }
        return new PodMutator(
                injector, binding, world::isGoverned, watch::exempts, world::locksEgress, settings.namespace())
                .handle(request);
    }

    private Runnable duties(ServedCertificates certificates, List<OwnerReference> owners) {
        GuardrailSettings guardrail = new GuardrailSettings(
                settings.guardrailImage(), settings.pullPolicy(), GuardrailSettings.channelUrl(settings.namespace()),
                certificates.authorityPem(), settings.resources());
        ObjectNode container = GuardrailContainer.container(guardrail);
        ShapeKeeper shapes = new ShapeKeeper(
                client, container, EgressLockContainer.container(guardrail), GuardrailContainer.volumes(), owners,
                () -> fleet.ready() ? fleet.plan().exemptions().names() : null);
        WebhookKeeper webhooks = new WebhookKeeper(client, settings.namespace(), owners);
        return () -> {
            shapes.look();
            // Whoever is told of webhooks that do not answer yet refuses pods meanwhile.
            if (unready().isEmpty()) {
                webhooks.look(certificates.authorityPem());
            }
        };
    }

    // What is made for the whole cluster goes with the release, also when no operator runs any more to remove it.
    private List<OwnerReference> owners() {
        String name = settings.clusterRole();
        if (name == null) {
            return List.of();
        }
        ClusterRole role = Objects.requireNonNull(
                client.rbac().clusterRoles().withName(name).get(), () -> "there is no ClusterRole " + name);
        return List.of(new OwnerReferenceBuilder()
                .withApiVersion(role.getApiVersion()).withKind(role.getKind())
                .withName(name).withUid(role.getMetadata().getUid())
                .build());
    }

    private String unready() {
        List<String> missing = new ArrayList<>();
        AdmissionServer webhooks = admission;
        ShapeWatch watch = shape;
        if (webhooks == null || !webhooks.isReady()) {
            missing.add("the webhooks do not answer yet");
        }
        if (!fleet.ready()) {
            missing.add("the cluster has not been read yet");
        }
        if (watch == null || watch.injector() == null) {
            missing.add("no guardrail is known yet");
        }
        return String.join("; ", missing);
    }

    private <T extends AutoCloseable> T keep(T part) {
        started.add(part);
        return part;
    }

    /** Ends what was started last first: reconciling, then what answers others. */
    @Override
    public void close() {
        for (AutoCloseable part : started.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("error", e.toString()).log("A part did not end cleanly");
            }
        }
    }
}
