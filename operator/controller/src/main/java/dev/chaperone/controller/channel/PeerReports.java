package dev.chaperone.controller.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the other replicas what their guardrails reported; the one that leads does. What is heard of a replica that
 * cannot be asked just ages.
 */
public final class PeerReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerReports.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int MOST_BYTES = 16 << 20;

    private final Peers peers;
    private final GuardrailReports reports;
    private final Supplier<PeerKey> key;
    private final ChannelMetrics metrics;
    private final HttpClient client;
    private final Map<InetSocketAddress, Thread> asking = new HashMap<>();
    private @Nullable Thread lookout;

    /**
     * @param serviceName name that every replica's certificate has, for example
     *     {@code chaperone-channel.chaperone-system.svc}
     * @param authorities asked at each handshake
     */
    public PeerReports(
            Peers peers,
            GuardrailReports reports,
            Supplier<PeerKey> key,
            String serviceName,
            Supplier<List<X509Certificate>> authorities,
            ChannelMetrics metrics) {
        this.peers = peers;
        this.reports = reports;
        this.key = key;
        this.metrics = metrics;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{new ServiceTrust(serviceName, authorities)}, null);
            client = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** Begins to ask. Once this replica leads. */
    public synchronized void start() {
        if (lookout == null) {
            lookout = Thread.ofVirtual().name("channel-peers").start(this::lookOut);
        }
    }

    /** Ends to ask. When this replica leads no more; it may start again. */
    public synchronized void stop() {
        if (lookout != null) {
            lookout.interrupt();
            lookout = null;
        }
        asking.values().forEach(Thread::interrupt);
        asking.clear();
    }

    private void lookOut() {
        try {
            while (follow()) {
                Thread.sleep(LOOK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean follow() {
        if (lookout != Thread.currentThread()) {
            return false;
        }
        Set<InetSocketAddress> addresses;
        try {
            addresses = peers.addresses();
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("The other replicas are not known");
            return true;
        }
        asking.entrySet().removeIf(entry -> {
            if (addresses.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().interrupt();
            return true;
        });
        for (InetSocketAddress address : addresses) {
            asking.computeIfAbsent(address, peer -> Thread.ofVirtual().name("channel-peer").start(() -> ask(peer)));
        }
        return true;
    }

    private void ask(InetSocketAddress peer) {
        String cursor = "";
        String trouble = "";
        try {
            while (true) {
                try {
                    PeerPage page = page(peer, cursor);
                    reports.merge(page);
                    cursor = page.cursor();
                    trouble = "";
                    metrics.polled("answered");
                    if (page.pods().size() < PeerPage.MOST) {
                        // Lets a rollout's reports come together.
                        Thread.sleep(PAUSE);
                    }
                } catch (IOException | RuntimeException e) {
                    metrics.polled("failed");
                    if (!trouble.equals(e.toString())) {
                        trouble = e.toString();
                        LOG.atWarn().addKeyValue("peer", peer).addKeyValue("error", trouble)
                                .log("A replica does not say what its guardrails report");
                    }
                    Thread.sleep(PAUSE_AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PeerPage page(InetSocketAddress peer, String cursor) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(peer, cursor))
                .header("Authorization", key.get().authorization())
                .timeout(ANSWER_TIMEOUT)
                .build();
        HttpResponse<byte[]> answer = client.send(request,
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP " + answer.statusCode());
        }
        return PeerPage.read(answer.body());
    }

    private static URI uri(InetSocketAddress peer, String cursor) {
        String host = peer.getAddress() == null ? peer.getHostString() : peer.getAddress().getHostAddress();
        String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + peer.getPort();
        return URI.create("https://" + authority + ChannelHandler.PEER_REPORTS + "?" + ChannelHandler.SINCE + "="
                + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        stop();
        client.shutdownNow();
    }
}
