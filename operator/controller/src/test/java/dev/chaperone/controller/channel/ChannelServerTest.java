package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.LeaseGrants;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TestKeys.Certified;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real TLS client against the real server; nothing waits for time but where the heartbeat is the point. */
class ChannelServerTest {
    private static final Certified CERTIFIED = Certified.ofService();
    /** So long that what comes earlier has another cause. */
    private static final ChannelSettings PATIENT = ChannelSettings.DEFAULT.withPort(0)
            .withLongPoll(Duration.ofMinutes(5));
    private static final AgentId CODER = new AgentId("dev", "coder");
    private static final AgentId PAYER = new AgentId("dev", "payer");
    private static final PodFacts POD = new PodFacts("dev", "coder-1", "uid-1", "robot", CODER, null);
    private static final PodFacts SECOND = new PodFacts("dev", "coder-2", "uid-2", "robot", CODER, null);
    private static final PodFacts OTHER = new PodFacts("dev", "payer-1", "uid-3", "robot", PAYER, null);

    private final TestKeys keys = new TestKeys(CERTIFIED);
    private final TestDirectory directory = new TestDirectory();
    private final TestTokens tokens = new TestTokens();
    private PrometheusRegistry registry;
    private GuardrailReports reports;
    private ChannelServer server;
    private ChannelClient client;

    @BeforeAll
    static void waitsPatiently() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void start() throws Exception {
        for (PodFacts pod : List.of(POD, SECOND, OTHER)) {
            directory.put(pod);
        }
        directory.assign(CODER, "one", Map.of("tracker", "s3cret"));
        directory.assign(PAYER, "payments", Map.of("bank", "g0ld"));
        serve(PATIENT);
    }

    private void serve(ChannelSettings settings) throws Exception {
        stop();
        registry = new PrometheusRegistry();
        reports = new GuardrailReports(directory, GuardrailReports.HEARTBEAT_AGE);
        server = new ChannelServer(settings, keys, directory, tokens, reports, LeaseGrants.NONE,
                () -> PeerKey.of(new byte[32]),
                TestEvidence.none(), new ChannelMetrics(registry));
        server.start();
        client = client(POD);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            client.close();
            server.close();
            reports.close();
        }
    }

    private ChannelClient client(PodFacts pod) throws Exception {
        return client(tokens.issue(pod, Instant.now().plusSeconds(3600)));
    }

    private ChannelClient client(String token) throws Exception {
        return new ChannelClient(server.port(), CERTIFIED.certificate(), token);
    }

    private static String credentials(Map<String, String> tokens) {
        return new CredentialSet(new TreeMap<>(tokens)).digest();
    }

    private static SyncRequest upToDate() {
        return ChannelClient.holding(TestDirectory.revision("one"), null, credentials(Map.of("tracker", "s3cret")),
                ChannelClient.WAIT);
    }

    private CompletableFuture<HttpResponse<byte[]>> held() {
        CompletableFuture<HttpResponse<byte[]>> poll = client.start(upToDate());
        await().until(() -> server.waiting() == 1);
        return poll;
    }

    @Test
    void tellsAGuardrailWithoutConfigAtOnce() throws Exception {
        // When
        HttpResponse<byte[]> answer = client.sync(ChannelClient.holding(null));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(SyncAnswer.read(answer.body())).isEqualTo(new SyncAnswer(
                "dev/coder", TestDirectory.revision("one"), credentials(Map.of("tracker", "s3cret")), new TreeMap<>()));
    }

    @Test
    void holdsWhatIsUpToDateUntilItChanges() throws Exception {
        // Given
        CompletableFuture<HttpResponse<byte[]>> poll = held();
        directory.tell(Set.of(PAYER, CODER));
        assertThat(poll).isNotDone();

        // When
        directory.assign(CODER, "two", Map.of("tracker", "s3cret"));

        // Then
        assertThat(ChannelClient.revision(ChannelClient.done(poll))).isEqualTo(TestDirectory.revision("two"));
    }

    @Test
    void tellsOfOtherCredentials() throws Exception {
        // Given
        CompletableFuture<HttpResponse<byte[]>> poll = held();

        // When
        directory.assign(CODER, "one", Map.of("tracker", "n3w"));

        // Then
        assertThat(SyncAnswer.read(ChannelClient.done(poll).body()).credentials())
                .isEqualTo(credentials(Map.of("tracker", "n3w")));
    }

    @Test
    void answersAHeartbeatWhenNothingChanges() throws Exception {
        // Given
        serve(PATIENT.withLongPoll(Duration.ofMillis(200)));

        // When
        HttpResponse<byte[]> answer = client.sync(upToDate());

        // Then
        assertThat(ChannelClient.revision(answer)).isEqualTo(TestDirectory.revision("one"));
    }

    @Test
    void answersAtOnceWhoMayNotWait() throws Exception {
        // Given
        SyncRequest request = ChannelClient.holding(
                TestDirectory.revision("one"), null, credentials(Map.of("tracker", "s3cret")), Duration.ZERO);

        // When
        HttpResponse<byte[]> answer = client.sync(request);

        // Then
        assertThat(ChannelClient.revision(answer)).isEqualTo(TestDirectory.revision("one"));
    }

    @Test
    void offersARefusedBundleNoSecondTime() throws Exception {
        // Given
        directory.assign(CODER, "bad", Map.of("tracker", "s3cret"));
        CompletableFuture<HttpResponse<byte[]>> poll = client.start(ChannelClient.holding(
                TestDirectory.revision("one"), TestDirectory.revision("bad"),
                credentials(Map.of("tracker", "s3cret")), ChannelClient.WAIT));
        await().until(() -> server.waiting() == 1);
        assertThat(poll).isNotDone();

        // When
        directory.assign(CODER, "mended", Map.of("tracker", "s3cret"));

        // Then
        assertThat(ChannelClient.revision(ChannelClient.done(poll))).isEqualTo(TestDirectory.revision("mended"));
    }

    @Test
    void answersBeforeALeaseEndsThatIsShorterThanAHeartbeat() throws Exception {
        // Given
        SyncRequest request = ChannelClient.holding(
                TestDirectory.revision("one"), null, credentials(Map.of("tracker", "s3cret")), Duration.ofMillis(50));

        // When
        HttpResponse<byte[]> answer = client.sync(request);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void refusesAGuardrailThatReadsNoFormatOfOurs() throws Exception {
        // Given
        SyncRequest request = new SyncRequest(
                ChannelClient.BOOT, List.of(2, 3), TestDirectory.revision("one"), null, null, 3, null, Set.of(),
                List.of(), null,
                ChannelClient.WAIT);

        // When
        HttpResponse<byte[]> answer = client.sync(request);

        // Then
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(new String(answer.body(), UTF_8))
                .isEqualTo("{\"message\":\"bundles have format 1, and this guardrail reads [2, 3]\"}");
        assertThat(reports.reports().get(POD.uid()).formats()).containsExactly(2, 3);
    }

    @Test
    void reportsWhatGuardrailsSay() throws Exception {
        // Given
        client.sync(ChannelClient.holding(TestDirectory.revision("old"), TestDirectory.revision("one"),
                ChannelClient.NO_CREDENTIALS, ChannelClient.WAIT));

        // When
        var report = reports.reports().get(POD.uid());

        // Then
        assertThat(report.revision()).isEqualTo(TestDirectory.revision("old"));
        assertThat(report.refused()).isEqualTo(TestDirectory.revision("one"));
        assertThat(report.formats()).containsExactly(1);
        assertThat(reports.reports()).containsOnlyKeys(POD.uid());
    }

    @Test
    void countsByOutcomeAndNeverByPod() throws Exception {
        // Given
        client.sync(ChannelClient.holding(null));
        client.get("/v1/bundles/unknown");

        // When
        String scraped = registry.scrape().stream()
                .flatMap(metric -> metric.getDataPoints().stream()).map(point -> point.getLabels().toString())
                .collect(Collectors.joining());

        // Then
        assertThat(scraped).contains("{outcome=\"revision\"}", "{outcome=\"good\"}",
                "{path=\"bundles\",status=\"404\"}").doesNotContain("uid-1", "coder");
    }

    @Test
    void endsTheOpenPollOfADeletedPod() throws Exception {
        // Given
        CompletableFuture<HttpResponse<byte[]>> poll = held();

        // When
        directory.remove(POD);

        // Then
        assertThat(ChannelClient.done(poll).statusCode()).isEqualTo(403);
    }

    @Test
    void answersThePollThatAnotherOneOfThePodReplaces() throws Exception {
        // Given
        CompletableFuture<HttpResponse<byte[]>> first = held();

        // When
        CompletableFuture<HttpResponse<byte[]>> second = client.start(upToDate());

        // Then
        assertThat(ChannelClient.done(first).statusCode()).isEqualTo(200);
        assertThat(second).isNotDone();
    }

    @Test
    void servesThePodsOwnBundle() throws Exception {
        // When
        HttpResponse<byte[]> answer = client.get("/v1/bundles/" + TestDirectory.revision("one"));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("one".getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"payments", "zero"})
    void servesNoBundleButThePodsOwn(String content) throws Exception {
        // When
        HttpResponse<byte[]> answer = client.get("/v1/bundles/" + TestDirectory.revision(content));

        // Then
        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @Test
    void servesThePodsOwnCredentials() throws Exception {
        // When
        HttpResponse<byte[]> answer = client.get("/v1/credentials");

        // Then
        assertThat(CredentialSet.read(answer.body()).tokens()).containsExactly(Map.entry("tracker", "s3cret"));
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/credentials", "/v1/bundles/sha256:x", "/v1/peers/reports"})
    void servesNothingWithoutAToken(String path) throws Exception {
        // Given
        ChannelClient nobody = client((String) null);

        // When
        HttpResponse<byte[]> answer = nobody.get(path);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void servesNoReportsToPods() throws Exception {
        // When
        HttpResponse<byte[]> answer = client.get("/v1/peers/reports");

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void readsOneTokenOnly() throws Exception {
        // Given
        String another = tokens.issue(OTHER, Instant.now().plusSeconds(3600));

        // When
        HttpResponse<byte[]> answer = ChannelClient.done(client.send(
                client.request("/v1/credentials").header("Authorization", "Bearer " + another)));

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/sync/", "/v1/bundles", "/v2/sync"})
    void knowsNoOtherPath(String path) throws Exception {
        // When
        HttpResponse<byte[]> answer = client.get(path);

        // Then
        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @Test
    void isNotReadyForAnAgentWithoutConfig() throws Exception {
        // Given
        AgentId fresh = new AgentId("dev", "fresh");
        PodFacts pod = new PodFacts("dev", "fresh-1", "uid-9", "robot", fresh, null);
        directory.put(pod);

        // When
        HttpResponse<byte[]> answer = client(pod).sync(ChannelClient.holding(null));

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"boot\":1}", "\u0000"})
    void refusesABodyThatIsNoMessage(String body) throws Exception {
        // When
        HttpResponse<byte[]> answer = client.post(body.getBytes(UTF_8));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(reports.reports()).isEmpty();
    }

    @Test
    void refusesALargeBody() throws Exception {
        // When, asked first: who sends it nevertheless may find the connection closed before the answer.
        HttpResponse<byte[]> answer = ChannelClient.done(client.send(client.request("/v1/sync")
                .POST(BodyPublishers.ofByteArray(new byte[(64 << 10) + 1])).expectContinue(true)));

        // Then
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void refusesALargeBodyOfUnknownLength() throws Exception {
        // Given
        byte[] large = new byte[(64 << 10) + 1];

        // When
        HttpResponse<byte[]> answer = ChannelClient.done(client.send(client.request("/v1/sync").POST(
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))));

        // Then
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void refusesALargeHead() throws Exception {
        // When
        HttpResponse<byte[]> answer = client("x".repeat(17 << 10)).get("/v1/credentials");

        // Then
        assertThat(answer.statusCode()).isEqualTo(431);
    }

    @Test
    void servesANewCertificateAndKeepsConnections() throws Exception {
        // Given
        client.get("/v1/credentials");
        Certified next = Certified.ofService();

        // When
        keys.change(next);

        // Then
        assertThat(client.get("/v1/credentials").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> client(POD).get("/v1/credentials"))
                .isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SSLHandshakeException.class);
        String token = tokens.issue(POD, Instant.now().plusSeconds(60));
        assertThat(new ChannelClient(server.port(), next.certificate(), token).get("/v1/credentials").statusCode())
                .isEqualTo(200);
    }

    @Test
    void speaksNoOldTls() throws Exception {
        // Given
        try (SSLSocket socket = open(CERTIFIED.certificate())) {
            socket.setEnabledProtocols(new String[]{"TLSv1.1"});

            // When
            assertThatThrownBy(socket::startHandshake)
                    // Then
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void answersWhatWaitsWhenItStops() throws Exception {
        // Given
        CompletableFuture<HttpResponse<byte[]>> poll = held();

        // When
        server.close();

        // Then
        assertThat(ChannelClient.done(poll).statusCode()).isEqualTo(200);
        assertThat(ChannelClient.done(poll).headers().firstValue("connection")).contains("close");
    }

    @Test
    void closesConnectionsBeyondTheShareOfAnAddress() throws Exception {
        // Given
        serve(PATIENT.withConnectionsPerAddress(3));
        Socket[] open = new Socket[3];
        for (int i = 0; i < open.length; i++) {
            open[i] = open(CERTIFIED.certificate());
            ((SSLSocket) open[i]).startHandshake();
        }

        // When
        try (SSLSocket more = open(CERTIFIED.certificate())) {
            // Then
            assertThatThrownBy(more::startHandshake).isInstanceOf(IOException.class);
        }
        open[0].close();
        await().ignoreExceptions().until(() -> client.get("/v1/credentials").statusCode() == 200);
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Test
    void countsNoConnectionThatFailed() throws Exception {
        // Given
        serve(PATIENT.withConnectionsPerAddress(3));
        for (int i = 0; i < 10; i++) {
            try (SSLSocket socket = open(CERTIFIED.certificate())) {
                socket.setEnabledProtocols(new String[]{"TLSv1.1"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
            new Socket("127.0.0.1", server.port()).close();
        }

        // When
        HttpResponse<byte[]> answer = await().ignoreExceptions().until(() -> client.get("/v1/credentials"),
                got -> true);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void closesASilentConnection() throws Exception {
        // Given
        serve(new ChannelSettings(0, Duration.ofMillis(50), 10, 10, Duration.ofMillis(200), 8192, 8192, 2,
                Duration.ofSeconds(1), Duration.ofSeconds(60)));
        try (SSLSocket socket = open(CERTIFIED.certificate())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write("POST /v1/sync HTTP/1.1\r\nHost: x\r\n".getBytes(UTF_8));
            out.flush();
            InputStream in = socket.getInputStream();

            // When
            byte[] rest = in.readAllBytes();

            // Then
            assertThat(new String(rest, UTF_8)).doesNotContain("200 OK");
        }
    }

    private SSLSocket open(X509Certificate trusted) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new ServiceTrust(TestKeys.SERVICE, () -> List.of(trusted))}, null);
        return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
    }
}
