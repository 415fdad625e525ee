package dev.chaperone.guardrail.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Verdict;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolBatch;
import dev.chaperone.guardrail.spool.SpoolFullException;
import dev.chaperone.guardrail.spool.SpoolSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trail on a disk with little room, beside a stream. */
class SpooledTrailTest {
    @TempDir
    Path directory;

    private final Stream stream = new Stream();
    private final List<AuditLine> sent = new ArrayList<>();
    private Spool spool;
    private Evidence evidence;
    private boolean onlyAudits;
    private AuditLog log;

    /** Takes so many bytes and then nothing, by an exception. */
    private static final class Stream implements WritableByteChannel {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("the stream does not take the line");
            }
            byte[] taken = new byte[Math.min(room, bytes.remaining())];
            bytes.get(taken);
            written.writeBytes(taken);
            room -= room == Integer.MAX_VALUE ? 0 : taken.length;
            return taken.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void boot() throws IOException {
        spool = Spool.open(new SpoolSettings(directory, 32 << 10, 8 << 10, 8 << 10), UUID.randomUUID().toString(),
                Clock.systemUTC());
        log = new AuditLog(stream, Clock.systemUTC(), spool, () -> onlyAudits);
        evidence = new Evidence(log, new Metrics(), () -> "dev/coder");
    }

    private static Evidence.Subject subject() {
        return new Evidence.Subject("call", "session", "files", "read_file", null);
    }

    private void decided() {
        evidence.decided(subject(),
                new Decision(Verdict.ALLOW, null, List.of(), List.of(), Verdict.ALLOW, 0, "sha256:0"), 1);
    }

    private void refused() {
        evidence.refused(subject(), DenialCode.NOT_READY, "the audit trail is full", null);
    }

    private void ended() {
        evidence.ended(subject(), Evidence.Outcome.ANSWERED, 200, 1);
    }

    private void fillToReserve() {
        boolean before = onlyAudits;
        onlyAudits = false;
        try {
            while (true) {
                decided();
            }
        } catch (UncheckedIOException e) {
            assertThat(e).hasCauseInstanceOf(SpoolFullException.class);
        }
        onlyAudits = before;
    }

    private void drain() throws IOException {
        for (SpoolBatch batch = spool.next(); batch != null; batch = spool.next()) {
            for (byte[] line : batch.message().lines()) {
                sent.add(AuditLine.read(line));
            }
            spool.acknowledge(batch,
                    new EvidenceAnswer(batch.message().boot(), sent.getLast().sequence(), "word"));
        }
    }

    /** What was sent and what the stream has are the same lines, each of which follows the one before. */
    private void assertWhole() throws IOException {
        ChainPosition known = ChainPosition.before("");
        for (AuditLine line : sent) {
            known = line.boot().equals(known.boot()) ? known : ChainPosition.before(line.boot());
            assertThat(known.link(line)).isEqualTo(ChainPosition.Link.CONTINUES);
            known = line.position();
        }
        List<String> streamed = stream.written.toString(StandardCharsets.UTF_8).lines().toList();
        List<String> digests = new ArrayList<>();
        for (String line : streamed) {
            digests.add(AuditLine.read(line.getBytes(StandardCharsets.UTF_8)).digest());
        }
        assertThat(digests).isEqualTo(sent.stream().map(AuditLine::digest).toList());
    }

    private static String event(AuditLine line) {
        return line.record().path("event").asText();
    }

    private List<String> events() {
        return sent.stream().map(SpooledTrailTest::event).toList();
    }

    @Test
    void a_boot_says_after_which_line_it_comes() throws Exception {
        // Given
        decided();
        drain();
        ChainPosition last = sent.getLast().position();

        // When
        boot();
        decided();

        // Then
        drain();
        AuditLine second = sent.get(2);
        assertThat(events()).containsExactly("boot", "decision", "boot", "decision");
        assertThat(sent.getFirst().record().has("after")).isFalse();
        assertThat(second.sequence()).isZero();
        assertThat(second.record().path("after").path("boot").asText()).isEqualTo(last.boot());
        assertThat(second.record().path("after").path("seq").asLong()).isEqualTo(last.sequence());
        assertThat(second.record().path("after").path("digest").asText()).isEqualTo(last.digest());
        assertWhole();
    }

    @Test
    void under_enforce_what_cannot_be_recorded_is_refused_and_counted_once() throws Exception {
        // Given
        fillToReserve();

        // When
        for (int call = 0; call < 3; call++) {
            assertThatThrownBy(this::decided).hasCauseInstanceOf(SpoolFullException.class);
            assertThatThrownBy(this::refused).hasCauseInstanceOf(SpoolFullException.class);
        }

        // Then
        assertThat(spool.lostRecords()).isEqualTo(3);
        drain();
        decided();
        drain();
        assertThat(events().subList(events().size() - 2, events().size())).containsExactly("gap", "decision");
        assertThat(sent.get(sent.size() - 2).record().path("lost").asLong()).isEqualTo(3);
        assertWhole();
    }

    @Test
    void under_audit_calls_go_on_and_what_is_lost_is_counted() throws Exception {
        // Given
        onlyAudits = true;
        fillToReserve();
        long bytes = spool.bytes();

        // When
        for (int call = 0; call < 50; call++) {
            decided();
        }

        // Then
        assertThat(spool.bytes()).isEqualTo(bytes);
        assertThat(spool.lostRecords()).isEqualTo(50);
        drain();
        decided();
        drain();
        assertThat(sent.get(sent.size() - 2).record().path("lost").asLong()).isEqualTo(50);
        assertThat(spool.untold()).isZero();
        assertWhole();
    }

    @Test
    void what_was_lost_is_told_without_another_call_once_there_is_room() throws Exception {
        // Given
        onlyAudits = true;
        fillToReserve();
        decided();
        log.tellOfLosses();
        long untold = spool.untold();
        drain();

        // When
        log.tellOfLosses();
        log.tellOfLosses();

        // Then
        assertThat(untold).isEqualTo(1);
        assertThat(spool.untold()).isZero();
        drain();
        assertThat(sent.getLast().record().path("event").asText()).isEqualTo("gap");
        assertThat(events().stream().filter("gap"::equals)).hasSize(1);
        assertWhole();
    }

    @Test
    void outcomes_have_the_reserve_and_then_are_lost_too() throws Exception {
        // Given
        fillToReserve();

        // When
        int kept = 0;
        while (spool.lostRecords() == 0) {
            try {
                ended();
                kept++;
            } catch (UncheckedIOException e) {
                assertThat(e).hasCauseInstanceOf(SpoolFullException.class);
            }
        }

        // Then
        assertThat(kept).isGreaterThan(20);
        assertThat(spool.lostRecords()).isEqualTo(1);
        drain();
        ended();
        drain();
        assertThat(events().stream().filter("outcome"::equals)).hasSize(kept + 1);
        assertThat(events()).endsWith("gap", "outcome");
        assertWhole();
    }

    @Test
    void what_a_boot_could_not_tell_its_successor_tells() throws Exception {
        // Given
        onlyAudits = true;
        fillToReserve();
        decided();
        spool.close();

        // When
        boot();
        drain();
        decided();

        // Then
        drain();
        assertThat(events()).endsWith("boot", "gap", "decision");
        assertThat(sent.get(sent.size() - 2).record().path("lost").asLong()).isEqualTo(1);
        assertWhole();
    }

    @Test
    void a_stream_that_is_stuck_gets_every_line_in_the_end() throws Exception {
        // Given
        decided();

        // When
        stream.room = 100;
        assertThatThrownBy(this::decided).hasMessageContaining("does not take the line");
        assertThatThrownBy(this::refused).hasMessageContaining("does not take the line");
        onlyAudits = true;
        decided();
        stream.room = Integer.MAX_VALUE;
        decided();

        // Then
        drain();
        assertThat(events()).containsExactly("boot", "decision", "decision", "gap", "decision");
        assertThat(sent.get(3).record().path("lost").asLong()).isEqualTo(2);
        assertWhole();
    }

    @Test
    void metrics_tell_how_it_stands() throws Exception {
        // Given
        Metrics metrics = new Metrics();
        metrics.observeSpool(spool);
        decided();
        drain();
        decided();
        decided();
        spool.lose();

        // When
        String text = new String(metrics.exposition(), StandardCharsets.UTF_8);

        // Then
        assertThat(text.lines().filter(line -> line.startsWith("chaperone_guardrail_audit_")))
                .contains("chaperone_guardrail_audit_spool_bytes 4096.0",
                        "chaperone_guardrail_audit_waiting_records 2.0",
                        "chaperone_guardrail_audit_lost_records_total 1.0",
                        "chaperone_guardrail_audit_acknowledged_records_total 2.0");
    }
}
