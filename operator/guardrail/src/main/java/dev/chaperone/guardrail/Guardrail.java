package dev.chaperone.guardrail;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.config.ConfigSource;
import dev.chaperone.guardrail.config.EvidenceSender;
import dev.chaperone.guardrail.config.Freshness;
import dev.chaperone.guardrail.proxy.ProxyContext;
import dev.chaperone.guardrail.proxy.ProxyServer;
import dev.chaperone.guardrail.proxy.Sightings;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.state.Credentials;
import dev.chaperone.guardrail.state.Leases;
import dev.chaperone.guardrail.state.McpSessionIds;
import dev.chaperone.guardrail.state.Session;
import dev.chaperone.guardrail.state.StateLock;
import dev.chaperone.guardrail.telemetry.AdminServer;
import dev.chaperone.guardrail.telemetry.AuditLog;
import dev.chaperone.guardrail.telemetry.Evidence;
import dev.chaperone.guardrail.telemetry.Metrics;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Locale;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running guardrail: config in, decisions on every call, evidence out. */
public final class Guardrail implements AutoCloseable {
    // The work per request is short and never blocks, so threads beyond the cores only cost memory.
    private static final int MAX_LOOPS = 4;

    private final EventLoopGroup loops;
    private final EventLoopGroup adminLoop;
    private final StateLock lock;
    private final @Nullable Spool spool;
    private final AuditLog audit;
    private final @Nullable EvidenceSender sender;
    private final ActiveConfig config;
    private final ConfigSource source;
    private final AdminServer admin;
    private final ProxyServer proxy;
    private volatile boolean stopping;

    private Guardrail(GuardrailSettings settings, ConfigSource source, Clock clock) throws IOException {
        Files.createDirectories(settings.stateDirectory());
        this.source = source;
        this.lock = StateLock.take(settings.stateDirectory());
        var metrics = new Metrics();
        Freshness freshness = source.freshness();
        this.config = new ActiveConfig(settings.stateDirectory(), metrics::configOffered, freshness);
        this.spool = spool(settings, metrics, clock);
        this.audit = spool == null
                ? AuditLog.open(settings.auditFile(), clock)
                : AuditLog.open(settings.auditFile(), clock, spool, this::onlyAudits);
        this.sender = spool == null ? null : source.sender(spool);
        var credentials = new Credentials(settings.credentialsDirectory());
        Leases leases = Leases.open(settings.stateDirectory());
        metrics.observeLapsed(() -> lapsed(leases));
        var sightings = new Sightings(clock);
        metrics.observeChangedDefinitions(() -> changed(sightings).size());
        var context = new ProxyContext(
                config,
                leases,
                Session.open(settings.stateDirectory(), settings.sessionId(), clock),
                McpSessionIds.open(settings.stateDirectory()),
                credentials,
                sightings,
                new Evidence(audit, metrics, () -> agent(settings)),
                metrics,
                clock,
                settings.limits(),
                hosts(settings));
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors()), NioIoHandler.newFactory());
        // Whatever calls ask of the others, whoever asks for health is answered.
        this.adminLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            this.proxy = ProxyServer.start(context, loops, settings.listen());
            this.admin = AdminServer.start(metrics, this::ready, adminLoop, settings.admin());
        } catch (IOException e) {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            adminLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            source.close();
            closeTrail();
            lock.close();
            throw e;
        }
        // A newer config may come at once; the last good one bridges the time until it does.
        config.restore();
        if (freshness.needsPulse()) {
            long period = Freshness.PERIOD.toMillis();
            adminLoop.scheduleWithFixedDelay(freshness::pulse, 0, period, TimeUnit.MILLISECONDS);
        }
        if (spool != null) {
            adminLoop.scheduleWithFixedDelay(audit::tellOfLosses, 1, 1, TimeUnit.SECONDS);
        }
        source.start(new Deliveries(config, credentials, leases, audit, spool, () -> changed(sightings),
                settings.stateDirectory()));
        if (sender != null) {
            sender.start();
        }
    }

    private static @Nullable Spool spool(GuardrailSettings settings, Metrics metrics, Clock clock) throws IOException {
        if (settings.spool() == null) {
            return null;
        }
        Spool spool = Spool.open(settings.spool(), UUID.randomUUID().toString(), clock);
        metrics.observeSpool(spool);
        return spool;
    }

    private boolean onlyAudits() {
        GuardrailConfigSpec loaded = config.loaded();
        return loaded != null && loaded.onlyAudits();
    }

    private long lapsed(Leases leases) {
        GuardrailConfigSpec loaded = config.loaded();
        Set<String> held = leases.get().heldLeases();
        return loaded == null
                ? 0
                : loaded.leases().stream().filter(lease -> !held.contains(lease.requirement())).count();
    }

    private List<ChangedDefinition> changed(Sightings sightings) {
        GuardrailConfigSpec loaded = config.loaded();
        return loaded == null ? List.of() : sightings.changed(loaded);
    }

    private String agent(GuardrailSettings settings) {
        GuardrailConfigSpec loaded = config.loaded();
        return loaded == null ? settings.agent() : loaded.agent().id();
    }

    /**
     * Starts a guardrail. It listens at once and denies everything until a config is loaded.
     *
     * @throws IOException when it cannot listen, or its state directory or audit trail cannot be used
     */
    public static Guardrail start(GuardrailSettings settings, ConfigSource source, Clock clock) throws IOException {
        return new Guardrail(settings, source, clock);
    }

    private static Set<String> hosts(GuardrailSettings settings) {
        Set<String> hosts = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
        hosts.add(settings.listen().getHostString().toLowerCase(Locale.ROOT));
        settings.hosts().forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
        return hosts;
    }

    /** Whether calls are decided by a config, which includes that its self-test call was denied. */
    public boolean ready() {
        return !stopping && config.current() != null;
    }

    /** Where the agent reaches it. */
    public InetSocketAddress address() {
        return proxy.address();
    }

    /** Where health and metrics are. */
    public InetSocketAddress adminAddress() {
        return admin.address();
    }

    /** Stops taking requests, lets those under way end, and closes. */
    @Override
    public void close() throws IOException {
        if (stopping) {
            return;
        }
        stopping = true;
        source.close();
        proxy.close();
        admin.close();
        adminLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        // Whatever calls left to say has been said.
        if (sender != null) {
            sender.close();
        }
        closeTrail();
        lock.close();
    }

    private void closeTrail() throws IOException {
        audit.close();
        if (spool != null) {
            spool.close();
        }
    }
}
