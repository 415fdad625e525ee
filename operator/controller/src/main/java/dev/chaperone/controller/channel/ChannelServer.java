package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.LeaseGrants;
import dev.chaperone.controller.fleet.Registration;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Serves the control channel: HTTP/1.1 over TLS 1.2 or newer. */
public final class ChannelServer implements AutoCloseable {
    private static final int SESSION_SECONDS = 3600;
    /** All guardrails come at once when a replica has gone. */
    private static final int ACCEPT_QUEUE = 1024;
    private static final int THREADS = 16;
    private static final int MIN_THREADS = 4;
    private static final int OUTPUT_BYTES = 8 << 10;
    private static final long STOP_MILLIS = 3000;
    private static final long STOP_IDLE_MILLIS = 300;

    private final Server server;
    private final ServerConnector connector;
    private final Polls polls = new Polls();
    private final GuardrailReports reports;
    private final ConfigDirectory directory;
    private final EvidenceRequests evidence;
    private Registration registration = () -> {};

    /**
     * @param keys asked at each handshake: another certificate is served from the next one on, and connections stay
     * @param peerKey asked at each request of another replica
     */
    public ChannelServer(
            ChannelSettings settings,
            X509ExtendedKeyManager keys,
            ConfigDirectory directory,
            TokenReviews reviews,
            GuardrailReports reports,
            LeaseGrants grants,
            Supplier<PeerKey> peerKey,
            EvidenceKeeping keeping,
            ChannelMetrics metrics) {
        this(settings, keys, directory, reviews, reports, grants, peerKey, keeping, metrics, Clocks.SYSTEM);
    }

    ChannelServer(
            ChannelSettings settings,
            X509ExtendedKeyManager keys,
            ConfigDirectory directory,
            TokenReviews reviews,
            GuardrailReports reports,
            LeaseGrants grants,
            Supplier<PeerKey> peerKey,
            EvidenceKeeping keeping,
            ChannelMetrics metrics,
            Clocks clocks) {
        this.reports = reports;
        this.directory = directory;
        var threads = new QueuedThreadPool(THREADS, MIN_THREADS);
        threads.setName("channel");
        threads.setVirtualThreadsExecutor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("channel-request-", 0).factory()));
        server = new Server(threads);
        connector = new ServerConnector(server, tls(keys), new HttpConnectionFactory(http(settings)));
        connector.setPort(settings.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        connector.setShutdownIdleTimeout(STOP_IDLE_MILLIS);
        connector.getSelectorManager().addEventListener(new AddressLimit(settings.connectionsPerAddress()));
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(settings.connections(), connector));
        var authenticator = new PodAuthenticator(settings, directory, reviews, metrics, clocks);
        evidence = new EvidenceRequests(directory, keeping, clocks);
        var pods = new PodRequests(directory, authenticator, reports, evidence, grants, polls, metrics, clocks,
                settings.longPoll());
        server.setHandler(new GracefulHandler(new ChannelHandler(
                settings, authenticator, pods, evidence, reports.table(), polls, peerKey, metrics)));
        // Says nothing but the status: what it refuses is no HTTP, or too long.
        server.setErrorHandler((request, response, callback) -> {
            callback.succeeded();
            return true;
        });
        server.setStopTimeout(STOP_MILLIS);
        metrics.observeConnected(reports.table()::freshHere);
    }

    private static HttpConfiguration http(ChannelSettings settings) {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        // Replicas ask one another by address, which no certificate names; who asks is known by the token alone.
        http.addCustomizer(new SecureRequestCustomizer(false));
        http.setRequestHeaderSize(settings.headerBytes());
        http.setOutputBufferSize(OUTPUT_BYTES);
        // It takes 90 KiB of each connection, and would remember tokens.
        http.setHeaderCacheSize(0);
        return http;
    }

    private static SslConnectionFactory tls(X509ExtendedKeyManager keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[]{keys}, null, null);
            // A resumed session vouches by the certificate of its day.
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            var factory = new SslContextFactory.Server();
            factory.setSslContext(context);
            factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
            return new SslConnectionFactory(factory, HttpVersion.HTTP_1_1.asString());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** @throws IOException when the port cannot be had */
    public void start() throws IOException {
        registration = directory.onChange(agents -> {
            polls.changed(agents);
            evidence.changed(agents);
        });
        try {
            server.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the channel cannot be served", e);
        }
    }

    /** Where it listens. */
    public int port() {
        return connector.getLocalPort();
    }

    /** How many requests wait for something to tell. */
    int waiting() {
        return polls.size();
    }

    /** For how many pods it is remembered how far their trails were acknowledged. */
    int rememberedTrails() {
        return evidence.remembered();
    }

    /** Answers what waits, so that guardrails go to another replica at once, and stops. */
    @Override
    public void close() {
        registration.close();
        polls.endAll();
        reports.table().wake();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the channel does not stop", e);
        }
    }
}
