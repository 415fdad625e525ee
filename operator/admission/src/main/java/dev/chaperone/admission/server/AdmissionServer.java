package dev.chaperone.admission.server;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The webhooks over HTTPS. Who asks is not authenticated: an API server shows no certificate unless its admin gives it
 * one, which managed clusters do not allow. So answers have no effect, tell nothing of anybody's secrets, and cost a
 * bounded amount of memory; a NetworkPolicy keeps others away.
 */
public final class AdmissionServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 512;
    private static final int MAX_THREADS = 32;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final Server server;
    private final ServerConnector connector;
    private final Supplier<ServingCertificate> certificate;
    private final Clock clock;

    /**
     * @param port to listen on; 0 for any
     * @param certificate the one to show, asked for at each handshake
     * @param handlers by path
     */
    public AdmissionServer(
            int port,
            Supplier<ServingCertificate> certificate,
            Map<String, AdmissionHandler> handlers,
            Clock clock) {
        this.certificate = certificate;
        this.clock = clock;
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
        threads.setName("admission");
        threads.setVirtualThreadsExecutor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("review-", 0).factory()));
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        connector = new ServerConnector(
                server, 1, 1,
                new ConnectionFactory[]{
                        new SslConnectionFactory(tls(certificate), "http/1.1"), new HttpConnectionFactory(http)});
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
        server.setHandler(new GracefulHandler(new ReviewEndpoint(handlers)));
        server.setStopTimeout(STOP_WITHIN.toMillis());
    }

    private static SslContextFactory.Server tls(Supplier<ServingCertificate> certificate) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[]{new SuppliedKeyManager(certificate)}, null, null);
            tls.setSslContext(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        return tls;
    }

    /** Begins to answer. */
    public void start() throws Exception {
        server.start();
    }

    /** The port that it listens on. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Whether API servers are answered, which includes that they can believe the certificate. */
    public boolean isReady() {
        if (!server.isStarted() || !connector.isRunning()) {
            return false;
        }
        try {
            certificate.get().chain().getFirst().checkValidity(Date.from(clock.instant()));
            return true;
        } catch (CertificateException | RuntimeException e) {
            return false;
        }
    }

    /** Answers what is being asked, and then nothing more. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("the webhooks' server did not stop", e);
        }
    }
}
