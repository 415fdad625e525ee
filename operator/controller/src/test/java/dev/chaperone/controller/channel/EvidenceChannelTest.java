package dev.chaperone.controller.channel;

import static dev.chaperone.controller.evidence.TestTrail.BOOT;
import static dev.chaperone.controller.evidence.TestTrail.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.controller.channel.TestKeys.Certified;
import dev.chaperone.controller.evidence.EvidenceMetrics;
import dev.chaperone.controller.evidence.Finding.Altered;
import dev.chaperone.controller.evidence.Finding.Missing;
import dev.chaperone.controller.evidence.TestTrail;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.fleet.LeaseGrants;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.ExecutionException;
import java.net.http.HttpRequest;
import java.io.IOException;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Audit trails over a real TLS client and the real server. */
class EvidenceChannelTest {
    private static final int RESET = -1;
    private static final Certified CERTIFIED = Certified.ofService();
    private static final AgentId CODER = new AgentId("dev", "coder");
    private static final PodFacts POD = new PodFacts("dev", "coder-1", "uid-1", "robot", CODER, null);
    private static final PodFacts SECOND = new PodFacts("dev", "coder-2", "uid-2", "robot", CODER, null);
    private static final List<byte[]> TRAIL = TestTrail.lines(BOOT, 20);

    private final TestDirectory directory = new TestDirectory();
    private final TestTokens tokens = new TestTokens();
    private final TestEvidence evidence = new TestEvidence();
    private final List<AutoCloseable> opened = new ArrayList<>();
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
        directory.put(POD);
        directory.put(SECOND);
        directory.assign(CODER, "one", Map.of());
        registry = new PrometheusRegistry();
        replica(evidence.keeping(registry));
    }

    /** Another replica, which remembers nothing; the client talks to it from now on. */
    private void replica(EvidenceKeeping keeping) throws Exception {
        reports = opened(new GuardrailReports(directory, GuardrailReports.HEARTBEAT_AGE));
        server = opened(new ChannelServer(
                ChannelSettings.DEFAULT.withPort(0).withLongPoll(Duration.ofMillis(10)), new TestKeys(CERTIFIED),
                directory, tokens, reports, LeaseGrants.NONE, () -> PeerKey.of(new byte[32]), keeping,
                new ChannelMetrics(new PrometheusRegistry())));
        server.start();
        client = client(POD);
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.add(part);
        return part;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : opened.reversed()) {
            part.close();
        }
    }

    private ChannelClient client(PodFacts pod) throws Exception {
        return client(tokens.issue(pod, Instant.now().plusSeconds(3600)));
    }

    private ChannelClient client(String token) throws Exception {
        return opened(new ChannelClient(server.port(), CERTIFIED.certificate(), token));
    }

    private static EvidenceBatch batch(String acknowledgement, int from, int to) {
        return new EvidenceBatch(BOOT, acknowledgement, TRAIL.subList(from, to));
    }

    private EvidenceAnswer sent(EvidenceBatch batch) throws Exception {
        HttpResponse<byte[]> answer = client.send(batch);
        assertThat(answer.statusCode()).isEqualTo(200);
        return EvidenceAnswer.read(answer.body());
    }

    private static String message(HttpResponse<byte[]> answer) {
        return new String(answer.body(), UTF_8);
    }

    private long reportedBreaks(TrailPosition trail) throws Exception {
        SyncRequest request = new SyncRequest(BOOT, List.of(1), null, null, null, 40, trail, Set.of(), List.of(), null,
                Duration.ZERO);
        assertThat(client.sync(request).statusCode()).isEqualTo(200);
        return reports.reports().get(POD.uid()).trail().breaks();
    }

    private static TrailPosition position(long acknowledged, String acknowledgement) {
        return new TrailPosition(acknowledged, Duration.ZERO, 0, 0, acknowledgement);
    }

    @Test
    void acknowledgesWhatIsKept() throws Exception {
        // When
        EvidenceAnswer answer = sent(batch(null, 0, 8));

        // Then
        assertThat(answer.boot()).isEqualTo(BOOT);
        assertThat(answer.through()).isEqualTo(7);
        assertThat(evidence.kept()).isEqualTo(texts(TRAIL.subList(0, 8)));
        assertThat(evidence.found()).isEmpty();
    }

    @Test
    void anotherReplicaGoesOnByTheAcknowledgement() throws Exception {
        // Given
        EvidenceAnswer first = sent(batch(null, 0, 8));
        replica(evidence.keeping(new PrometheusRegistry()));

        // When
        EvidenceAnswer second = sent(batch(first.acknowledgement(), 6, 20));

        // Then
        assertThat(second.through()).isEqualTo(19);
        assertThat(evidence.kept()).isEqualTo(texts(TRAIL));
        assertThat(evidence.found()).isEmpty();
    }

    @Test
    void keepsARepetitionNoSecondTime() throws Exception {
        // Given
        sent(batch(null, 0, 8));

        // When
        EvidenceAnswer again = sent(batch(null, 0, 8));

        // Then
        assertThat(again.through()).isEqualTo(7);
        assertThat(evidence.kept()).hasSize(8);
        assertThat(evidence.found()).isEmpty();
    }

    @Test
    void tellsABreakOnceAndRemembersItInTheAcknowledgement() throws Exception {
        // Given
        EvidenceAnswer first = sent(batch(null, 0, 8));

        // When
        EvidenceAnswer second = sent(batch(first.acknowledgement(), 10, 15));

        // Then
        assertThat(evidence.found()).containsExactly(new Missing(BOOT, 8, 9));
        assertThat(second.through()).isEqualTo(14);
        assertThat(AcknowledgementKey.of(new byte[32]).read(POD.uid(), second.acknowledgement()).orElseThrow()
                .breaks()).isEqualTo(1);
        EvidenceAnswer third = sent(batch(second.acknowledgement(), 15, 20));
        assertThat(evidence.found()).hasSize(1);
        assertThat(reportedBreaks(position(19, third.acknowledgement()))).isEqualTo(1);
    }

    @Test
    void seesThatAnAcknowledgementWasWithheld() throws Exception {
        // Given
        replica(evidence.keeping(new PrometheusRegistry()));

        // When
        EvidenceAnswer answer = sent(batch(null, 4, 8));

        // Then
        assertThat(evidence.found()).containsExactly(new Missing(BOOT, 0, 3));
        assertThat(answer.through()).isEqualTo(7);
    }

    @Test
    void believesNoAcknowledgementOfAnotherPod() throws Exception {
        // Given
        EvidenceAnswer first = sent(batch(null, 0, 8));
        ChannelClient other = client(SECOND);

        // When
        HttpResponse<byte[]> answer = other.send(batch(first.acknowledgement(), 8, 10));

        // Then
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(message(answer)).contains("the acknowledgement is none that the operator gave this pod");
        assertThat(evidence.kept()).hasSize(8);
    }

    @Test
    void believesNoAcknowledgementOfAnotherBoot() throws Exception {
        // Given
        EvidenceAnswer first = sent(batch(null, 0, 8));
        String boot = TestTrail.boot(2);

        // When
        HttpResponse<byte[]> answer = client.send(
                new EvidenceBatch(boot, first.acknowledgement(), TestTrail.lines(boot, 2)));

        // Then
        assertThat(answer.statusCode()).isEqualTo(409);
    }

    @Test
    void believesNoForgedAcknowledgement() throws Exception {
        // Given
        String word = sent(batch(null, 0, 8)).acknowledgement();
        String forged = word.substring(0, word.length() - 2) + (word.endsWith("AA") ? "BB" : "AA");

        // When
        HttpResponse<byte[]> answer = client.send(batch(forged, 8, 10));

        // Then
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(evidence.kept()).hasSize(8);
    }

    @Test
    void acknowledgesNothingThatIsNotKept() throws Exception {
        // Given
        EvidenceAnswer first = sent(batch(null, 0, 8));
        evidence.failing(true);

        // When
        HttpResponse<byte[]> answer = client.send(batch(first.acknowledgement(), 10, 12));

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(evidence.found()).isEmpty();
        evidence.failing(false);
        assertThat(sent(batch(first.acknowledgement(), 8, 12)).through()).isEqualTo(11);
        assertThat(evidence.found()).isEmpty();
        assertThat(evidence.kept()).isEqualTo(texts(TRAIL.subList(0, 12)));
    }

    @Test
    void wantsAToken() throws Exception {
        // Given
        ChannelClient nobody = client((String) null);

        // When
        HttpResponse<byte[]> answer = nobody.send(batch(null, 0, 2));

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(evidence.kept()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "\n", "{\"boot\":\"5c0ffee0-0000-4000-8000-000000000001\"}\n", "{}\nx\n"})
    void refusesWhatIsNoBatch(String body) throws Exception {
        // When
        HttpResponse<byte[]> answer = ChannelClient.done(client.send(
                client.request(ChannelPaths.EVIDENCE).POST(BodyPublishers.ofString(body))));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesWhatIsTooLarge(boolean known) throws Exception {
        // Given
        byte[] large = new byte[ChannelPaths.MAX_EVIDENCE_BYTES + 1];

        // When
        int status = status(client.request(ChannelPaths.EVIDENCE).POST(
                known
                        ? BodyPublishers.ofByteArray(large)
                        : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))));

        // Then
        assertThat(status).isIn(413, RESET);
    }

    /** Who still sends when it is refused may be reset before it has read why (RFC 9112, section 9.6). */
    private int status(HttpRequest.Builder request) throws Exception {
        try {
            return ChannelClient.done(client.send(request)).statusCode();
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IOException.class);
            return RESET;
        }
    }

    @Test
    void takesAsMuchAsABatchMayHave() throws Exception {
        // Given
        List<byte[]> lines = TestTrail.lines(BOOT, 1100);
        assertThat(new EvidenceBatch(BOOT, null, lines).write().length)
                .isBetween(220 << 10, ChannelPaths.MAX_EVIDENCE_BYTES);

        // When
        EvidenceAnswer answer = sent(new EvidenceBatch(BOOT, null, lines));

        // Then
        assertThat(answer.through()).isEqualTo(1099);
    }

    @Test
    void refusesABatchOfEmptyLines() throws Exception {
        // When
        HttpResponse<byte[]> answer = ChannelClient.done(client.send(
                client.request(ChannelPaths.EVIDENCE).POST(BodyPublishers.ofString("\n".repeat(4000)))));

        // Then
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void takesOneBatchOfAPodAtATime() throws Exception {
        // Given
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        replica(new EvidenceKeeping((pod, lines) -> {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }, () -> AcknowledgementKey.of(new byte[32]), (pod, finding) -> {}, new EvidenceMetrics(registry())));
        CompletableFuture<HttpResponse<byte[]>> first = client.start(batch(null, 0, 4));
        begun.await();

        // When
        HttpResponse<byte[]> second = client.send(batch(null, 0, 4));

        // Then
        assertThat(second.statusCode()).isEqualTo(503);
        end.countDown();
        assertThat(ChannelClient.done(first).statusCode()).isEqualTo(200);
        assertThat(client.send(batch(null, 0, 4)).statusCode()).isEqualTo(200);
    }

    private static PrometheusRegistry registry() {
        return new PrometheusRegistry();
    }

    @Test
    void holdsAsManyBatchesAsItHasPlaces() throws Exception {
        // Given
        CountDownLatch begun = new CountDownLatch(EvidenceRequests.PLACES);
        CountDownLatch end = new CountDownLatch(1);
        replica(new EvidenceKeeping((pod, lines) -> {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }, () -> AcknowledgementKey.of(new byte[32]), (pod, finding) -> {}, new EvidenceMetrics(registry())));
        List<CompletableFuture<HttpResponse<byte[]>>> held = new ArrayList<>();
        for (int i = 0; i < EvidenceRequests.PLACES; i++) {
            PodFacts pod = new PodFacts("dev", "many-" + i, "many-" + i, "robot", CODER, null);
            directory.put(pod);
            held.add(client(pod).start(batch(null, 0, 1)));
        }
        begun.await();

        // When
        HttpResponse<byte[]> more = client.send(batch(null, 0, 1));

        // Then
        assertThat(more.statusCode()).isEqualTo(503);
        end.countDown();
        for (CompletableFuture<HttpResponse<byte[]>> each : held) {
            assertThat(ChannelClient.done(each).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void forgetsPodsThatAreGone() throws Exception {
        // Given
        sent(batch(null, 0, 4));
        assertThat(server.rememberedTrails()).isEqualTo(1);

        // When
        directory.remove(POD);

        // Then
        await().until(() -> server.rememberedTrails() == 0);
    }

    @Test
    void reportsNoBreakOfAWholeTrail() throws Exception {
        // Given
        EvidenceAnswer answer = sent(batch(null, 0, 8));

        // When
        long breaks = reportedBreaks(position(7, answer.acknowledgement()));

        // Then
        assertThat(breaks).isZero();
        assertThat(reportedBreaks(position(-1, null))).isZero();
    }

    @Test
    void reportsABreakThatTheGuardrailDoesNotShow() throws Exception {
        // Given
        sent(new EvidenceBatch(BOOT, null, List.of(TRAIL.get(0), TRAIL.get(2))));
        sent(batch(null, 5, 8));

        // When
        long breaks = reportedBreaks(position(-1, null));

        // Then
        assertThat(breaks).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "older", "forged"})
    void reportsABreakWhereAnAcknowledgementIsClaimedAndNotShown(String shown) throws Exception {
        // Given
        String older = sent(batch(null, 0, 2)).acknowledgement();
        sent(batch(older, 2, 8));

        // When
        long breaks = reportedBreaks(position(7, switch (shown) {
            case "none" -> null;
            case "older" -> older;
            default -> older + "x";
        }));

        // Then
        assertThat(breaks).isEqualTo(1);
    }

    @Test
    void takesTheWordForTheBootBeforeWhileNothingOfThisOneIsAcknowledged() throws Exception {
        // Given
        String before = TestTrail.boot(2);
        String word = sent(new EvidenceBatch(before, null, TestTrail.lines(before, 3))).acknowledgement();

        // When
        long breaks = reportedBreaks(position(-1, word));

        // Then
        assertThat(breaks).isZero();
    }

    @Test
    void countsWhatBecameOfEvidence() throws Exception {
        // Given
        sent(batch(null, 0, 8));
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(6, 12));
        lines.set(3, TestTrail.line(BOOT, 9, "sha256:" + "1".repeat(64), "decision"));
        sent(new EvidenceBatch(BOOT, null, lines));
        assertThat(evidence.found()).containsExactly(new Altered(BOOT, 9), new Altered(BOOT, 10));

        // When
        String scraped = registry.scrape().stream()
                .flatMap(metric -> metric.getDataPoints().stream()
                        .map(point -> metric.getMetadata().getPrometheusName() + point.getLabels()))
                .collect(Collectors.joining("\n"));

        // Then
        assertThat(scraped).contains("chaperone_evidence_records{outcome=\"kept\"}",
                "chaperone_evidence_records{outcome=\"repeated\"}", "chaperone_evidence_breaks{kind=\"altered\"}",
                "chaperone_evidence_batches{outcome=\"kept\"}").doesNotContain("coder", "uid-1");
    }
}
