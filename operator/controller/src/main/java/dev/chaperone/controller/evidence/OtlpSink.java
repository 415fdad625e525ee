package dev.chaperone.controller.evidence;

import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the lines to a collector, as OTLP/HTTP has it. What the collector says it took is kept, also the part that it
 * rejects for good, which is counted; the specification wants no second try of that. Whatever else it answers, the lines
 * are not kept and come again; meanwhile the collector is left alone for as long as it wants, or a while.
 */
public final class OtlpSink implements EvidenceSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpSink.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** An answer has a few words. */
    private static final int MOST_BYTES = 64 << 10;
    private static final int MOST_TOLD = 16;

    private final OtlpSettings settings;
    private final EvidenceMetrics metrics;
    private final InstantSource wall;
    private final HttpClient client;
    private final OtlpHeaders headers;
    private final Backoff backoff;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** @throws IOException when a file of the settings is not there, or not what it should be */
    public OtlpSink(OtlpSettings settings, EvidenceMetrics metrics) throws IOException {
        this(settings, metrics, InstantSource.system(), System::nanoTime);
    }

    OtlpSink(OtlpSettings settings, EvidenceMetrics metrics, InstantSource wall, LongSupplier nanoTime)
            throws IOException {
        this.settings = settings;
        this.metrics = metrics;
        this.wall = wall;
        backoff = new Backoff(nanoTime);
        headers = new OtlpHeaders(settings.headersFile());
        headers.addTo(HttpRequest.newBuilder());
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
        if (settings.authorities() != null) {
            builder.sslContext(believing(settings));
        }
        client = builder.build();
    }

    private static SSLContext believing(OtlpSettings settings) throws IOException {
        try (InputStream pem = Files.newInputStream(Objects.requireNonNull(settings.authorities()))) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("authority-" + store.size(), each);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the collector's authorities are no certificates", e);
        }
    }

    @Override
    public void keep(PodFacts pod, List<byte[]> lines) throws IOException {
        if (!backoff.left().isZero()) {
            throw new IOException("the collector is left alone for a while");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.logs()).timeout(settings.timeout())
                .POST(BodyPublishers.ofByteArray(OtlpLogs.request(pod, lines, wall.instant())));
        headers.addTo(request);
        HttpResponse<byte[]> response = send(request.setHeader("Content-Type", "application/json").build());
        if (response.statusCode() / 100 != 2) {
            throw refused(response);
        }
        backoff.succeeded();
        told.clear();
        long rejected = OtlpLogs.rejected(response.body());
        if (rejected > 0) {
            metrics.rejected(rejected);
            LOG.atWarn().addKeyValue("agent", pod.agent()).addKeyValue("pod", pod.name())
                    .addKeyValue("rejected", rejected).addKeyValue("of", lines.size())
                    .log("The collector took lines of an audit trail and rejected some of them for good");
        }
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        // The client's own timeout ends with the head of the answer.
        CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(
                request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            return exchange.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw failed("it did not answer in time");
        } catch (ExecutionException e) {
            throw failed(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the collector is asked");
        }
    }

    private IOException refused(HttpResponse<?> response) {
        Duration wanted = response.headers().firstValue("Retry-After").map(this::wanted).orElse(null);
        if (wanted != null) {
            backoff.told(wanted);
        }
        return failed("it answered " + response.statusCode());
    }

    private @Nullable Duration wanted(String retryAfter) {
        try {
            return Duration.ofSeconds(Math.max(0, Long.parseLong(retryAfter.strip())));
        } catch (NumberFormatException notSeconds) {
            try {
                Instant at = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(retryAfter.strip()));
                Duration left = Duration.between(wall.instant(), at);
                return left.isNegative() ? Duration.ZERO : left;
            } catch (DateTimeParseException neither) {
                return null;
            }
        }
    }

    private IOException failed(String why) {
        backoff.failed();
        // Every guardrail hears it; it is told once until the collector takes something again.
        if (told.size() < MOST_TOLD && told.add(why)) {
            LOG.atWarn().addKeyValue("why", why).log("The collector does not take audit trails");
        }
        return new IOException("the collector does not take it: " + why);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
