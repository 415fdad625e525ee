package dev.chaperone.guardrail.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolSettings;
import dev.chaperone.guardrail.telemetry.AuditLog;
import dev.chaperone.guardrail.telemetry.Evidence;
import dev.chaperone.guardrail.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The audit trail on its way to a real server of HTTPS. */
@Timeout(180)
class EvidenceSenderTest {
    private static final EvidenceSender.Pace QUICK = new EvidenceSender.Pace(
            Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(60));

    @TempDir
    Path directory;

    private TestOperator operator;
    private Spool spool;
    private AuditLog log;
    private Evidence evidence;
    private EvidenceSender sender;
    private int calls;

    @BeforeEach
    void operator() throws IOException {
        operator = new TestOperator();
        Files.writeString(directory.resolve("token"), "token-1");
        boot();
    }

    @AfterEach
    void stop() {
        if (sender != null) {
            sender.close();
        }
        operator.close();
    }

    private void boot() throws IOException {
        spool = Spool.open(new SpoolSettings(directory.resolve("spool"), 1 << 20, 64 << 10, 64 << 10),
                UUID.randomUUID().toString(), Clock.systemUTC());
        log = AuditLog.open(directory.resolve("audit.jsonl"), Clock.systemUTC(), spool, () -> false);
        evidence = new Evidence(log, new Metrics(), () -> "dev/coder");
    }

    private void send() {
        send(QUICK);
    }

    private void send(EvidenceSender.Pace pace) {
        ChannelTls tls = ChannelTls.trusting(TestOperator.authority());
        sender = new EvidenceSender(spool, unwanted -> new ChannelClient(
                operator.url(), tls, directory.resolve("token"), Duration.ofSeconds(10), unwanted), pace);
        sender.start();
    }

    private void record(int outcomes) {
        for (int i = 0; i < outcomes; i++) {
            evidence.ended(new Evidence.Subject("call-" + calls++, "session", "files", "read_file", null),
                    Evidence.Outcome.ANSWERED, 200, 1);
        }
    }

    private void awaitAcknowledged() throws InterruptedException {
        await(() -> spool.waitingRecords() == 0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private List<String> sentCalls() {
        return operator.evidence().stream().filter(line -> line.record().path("event").asText().equals("outcome"))
                .map(line -> line.record().path("call").asText()).toList();
    }

    private List<String> recordedCalls() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            all.add("call-" + i);
        }
        return all;
    }

    @Test
    void lines_arrive_in_order_and_are_acknowledged() throws Exception {
        // Given
        send();

        // When
        record(3_000);

        // Then
        awaitAcknowledged();
        assertThat(sentCalls()).isEqualTo(recordedCalls());
        assertThat(operator.breaks()).isEmpty();
        assertThat(spool.position().acknowledged()).isEqualTo(3_000);
        assertThat(spool.position().acknowledgement()).startsWith(spool.boot() + "/3000/");
        assertThat(spool.bytes()).isLessThanOrEqualTo(64 << 10);
        assertThat(Files.readAllLines(directory.resolve("audit.jsonl"))).hasSize(3_001);
    }

    @Test
    void boots_go_on_where_the_ones_before_stopped() throws Exception {
        // Given
        List<ChainPosition> ends = new ArrayList<>();

        // When
        for (int boot = 0; boot < 4; boot++) {
            record(20);
            if (boot % 2 == 0) {
                send();
                awaitAcknowledged();
                sender.close();
                record(5);
            }
            List<String> lines = Files.readAllLines(directory.resolve("audit.jsonl"));
            ends.add(AuditLine.read(lines.getLast().getBytes(java.nio.charset.StandardCharsets.UTF_8)).position());
            boot();
        }
        send();

        // Then
        awaitAcknowledged();
        assertThat(sentCalls()).isEqualTo(recordedCalls());
        assertThat(operator.breaks()).isEmpty();
        List<AuditLine> boots = operator.evidence().stream().filter(line -> line.sequence() == 0).toList();
        assertThat(boots).hasSize(5).allSatisfy(line -> assertThat(line.record().path("event").asText())
                .isEqualTo("boot"));
        assertThat(boots.getFirst().record().has("after")).isFalse();
        assertThat(boots.stream().skip(1).map(EvidenceSenderTest::after)).isEqualTo(ends);
    }

    private static ChainPosition after(AuditLine boot) {
        var after = boot.record().path("after");
        return new ChainPosition(
                after.path("boot").asText(), after.path("seq").asLong(-1), after.path("digest").asText());
    }

    @Test
    void lines_whose_acknowledgement_does_not_arrive_are_sent_again() throws Exception {
        // Given
        operator.losesAnswers(2);
        record(10);

        // When
        send();

        // Then
        awaitAcknowledged();
        assertThat(operator.requests(ChannelPaths.EVIDENCE)).isEqualTo(3);
        assertThat(sentCalls()).hasSize(30).startsWith(recordedCalls().toArray(String[]::new)).containsAll(
                recordedCalls());
        assertThat(operator.breaks()).isEmpty();
    }

    @Test
    void an_operator_that_is_down_again_and_again_gets_everything_in_the_end() throws Exception {
        // Given
        send();

        // When
        for (int outage = 0; outage < 10; outage++) {
            int kind = outage;
            operator.fails(exchange -> {
                if (kind % 2 == 0) {
                    TestOperator.send(exchange, 503, new byte[0]);
                }
                return true;
            });
            record(50);
            long asked = operator.requests(ChannelPaths.EVIDENCE);
            await(() -> operator.requests(ChannelPaths.EVIDENCE) > asked);
            operator.fails(TestOperator.Fault.NONE);
            awaitAcknowledged();
        }

        // Then
        assertThat(sentCalls()).isEqualTo(recordedCalls());
        assertThat(operator.breaks()).isEmpty();
        assertThat(spool.lostRecords()).isZero();
    }

    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                wrong("beyond", right -> new EvidenceAnswer(right.boot(), right.through() + 1, "word")),
                wrong("back", right -> new EvidenceAnswer(right.boot(), -1, "word")),
                wrong("another boot", right -> new EvidenceAnswer(
                        "123e4567-e89b-12d3-a456-426614174000", right.through(), "word")));
    }

    private static Arguments wrong(String name, UnaryOperator<EvidenceAnswer> answer) {
        return Arguments.argumentSet(name, answer);
    }

    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void a_wrong_answer_acknowledges_nothing(UnaryOperator<EvidenceAnswer> wrong) throws Exception {
        // Given
        operator.answersEvidence(wrong);
        record(1);
        send();

        // When
        await(() -> operator.requests(ChannelPaths.EVIDENCE) > 1);

        // Then
        assertThat(spool.position().acknowledged()).isEqualTo(-1);
        assertThat(spool.waitingRecords()).isEqualTo(2);
        operator.answersEvidence(UnaryOperator.identity());
        awaitAcknowledged();
    }

    @Test
    void an_operator_that_does_not_know_its_word_gets_all_that_is_left_again() throws Exception {
        // Given
        send();
        record(10);
        awaitAcknowledged();

        // When
        operator.forgetsAcknowledgements();
        record(1);

        // Then
        awaitAcknowledged();
        assertThat(operator.breaks()).isEmpty();
        assertThat(sentCalls()).endsWith(recordedCalls().toArray(String[]::new));
        assertThat(spool.position().acknowledged()).isEqualTo(11);
    }

    @Test
    void what_is_left_at_the_end_is_still_sent() throws Exception {
        // Given
        send();
        record(1);
        awaitAcknowledged();

        // When
        record(2_000);
        sender.close();

        // Then
        assertThat(spool.waitingRecords()).isZero();
        assertThat(sentCalls()).isEqualTo(recordedCalls());
    }

    @Test
    void an_operator_that_is_down_holds_up_the_end_for_some_seconds_only() throws Exception {
        // Given
        operator.fails(exchange -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        send(new EvidenceSender.Pace(QUICK.gather(), QUICK.quiet(), Duration.ofSeconds(3)));
        record(1);
        await(() -> operator.requests(ChannelPaths.EVIDENCE) > 0);
        long start = System.nanoTime();

        // When
        sender.close();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(spool.waitingRecords()).isEqualTo(2);
    }
}
