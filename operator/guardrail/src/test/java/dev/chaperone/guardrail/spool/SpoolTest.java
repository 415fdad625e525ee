package dev.chaperone.guardrail.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.TrailPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final String FIRST = "00000000-0000-0000-0000-000000000001";
    private static final String SECOND = "00000000-0000-0000-0000-000000000002";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SEGMENT = 8 << 10;
    private static final long BYTES = 64 << 10;
    private static final long RESERVE = 16 << 10;

    @TempDir
    Path directory;

    private long nanos = 1_000_000_000_000L;

    private Spool open(String boot) throws IOException {
        return Spool.open(new SpoolSettings(directory, BYTES, RESERVE, SEGMENT), boot,
                Clock.fixed(NOW, ZoneOffset.UTC), () -> nanos);
    }

    private static EvidenceAnswer answer(SpoolBatch batch, int lines) {
        long through = batch.marks().get(lines - 1).sequence();
        return new EvidenceAnswer(batch.message().boot(), through, batch.message().boot() + "/" + through);
    }

    /** Acknowledges all there is, and says what it was. */
    static List<byte[]> drain(Spool spool) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (SpoolBatch batch = spool.next(); batch != null; batch = spool.next()) {
            assertThat(batch.message().write()).hasSizeLessThanOrEqualTo(ChannelPaths.MAX_EVIDENCE_BYTES);
            lines.addAll(batch.message().lines());
            spool.acknowledge(batch, answer(batch, batch.marks().size()));
        }
        return lines;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
        }
    }

    @Test
    void lines_wait_until_they_are_acknowledged_and_then_their_files_go() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        List<byte[]> written = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            written.add(trail.append(spool));
        }
        int before = segments().size();

        // When
        List<byte[]> sent = drain(spool);

        // Then
        assertThat(sent).containsExactlyElementsOf(written);
        assertThat(before).isGreaterThan(2);
        assertThat(segments()).hasSize(1);
        assertThat(Files.getPosixFilePermissions(segments().getFirst()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(spool.position()).isEqualTo(new TrailPosition(99, Duration.ZERO, 0, 0, FIRST + "/99"));
        assertThat(spool.waitingRecords()).isZero();
        assertThat(spool.acknowledgedRecords()).isEqualTo(100);
        assertThat(spool.bytes()).isLessThanOrEqualTo(SEGMENT);
    }

    @Test
    void a_part_may_be_acknowledged_and_the_rest_comes_again() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        List<byte[]> written = List.of(trail.append(spool), trail.append(spool), trail.append(spool));
        SpoolBatch batch = spool.next();

        // When
        spool.acknowledge(batch, answer(batch, 2));

        // Then
        SpoolBatch rest = spool.next();
        assertThat(rest.message().lines()).containsExactly(written.getLast());
        assertThat(rest.message().acknowledgement()).isEqualTo(FIRST + "/1");
        assertThat(spool.waitingRecords()).isEqualTo(1);
    }

    @Test
    void what_is_acknowledged_is_among_what_was_sent() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        trail.append(spool);
        SpoolBatch first = spool.next();
        spool.acknowledge(first, answer(first, 1));
        trail.append(spool);
        SpoolBatch second = spool.next();
        trail.append(spool);

        // When
        List<EvidenceAnswer> wrong = List.of(
                new EvidenceAnswer(FIRST, 2, "beyond"), new EvidenceAnswer(FIRST, 0, "back"),
                new EvidenceAnswer(FIRST, -1, "none"), new EvidenceAnswer(SECOND, 1, "another boot"));

        // Then
        assertThat(wrong).allSatisfy(answer -> assertThatThrownBy(() -> spool.acknowledge(second, answer))
                .isInstanceOf(IOException.class).hasMessageContaining("the operator acknowledges"));
        assertThat(spool.position().acknowledged()).isZero();
        assertThat(drain(spool)).hasSize(2);
    }

    @Test
    void earlier_boots_come_first_and_what_they_had_acknowledged_does_not_come_again() throws Exception {
        // Given
        Spool first = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        for (int i = 0; i < 40; i++) {
            trail.append(first);
        }
        SpoolBatch batch = first.next();
        first.acknowledge(batch, answer(batch, 7));

        // When
        Spool second = open(SECOND);
        byte[] written = new TestTrail(SECOND).append(second);

        // Then
        assertThat(second.before()).isEqualTo(trail.position());
        assertThat(second.waitingRecords()).isEqualTo(34);
        assertThat(second.position().acknowledged()).isEqualTo(-1);
        SpoolBatch next = second.next();
        assertThat(next.message().boot()).isEqualTo(FIRST);
        assertThat(next.message().acknowledgement()).isEqualTo(FIRST + "/6");
        assertThat(next.marks().getFirst().sequence()).isEqualTo(7);
        assertThat(drain(second)).hasSize(34).last().isEqualTo(written);
        assertThat(segments()).hasSize(1);
        assertThat(second.position()).isEqualTo(new TrailPosition(0, Duration.ZERO, 0, 0, SECOND + "/0"));
    }

    @Test
    void a_boot_is_remembered_of_which_nothing_is_left() throws Exception {
        // Given
        Spool first = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        trail.append(first);
        drain(first);

        // When
        Spool second = open(SECOND);

        // Then
        assertThat(second.before()).isEqualTo(trail.position());
        assertThat(segments()).isEmpty();
        assertThat(open(SECOND).before()).isEqualTo(trail.position());
    }

    @Test
    void a_line_counts_that_stands_there_whole_be_it_without_its_end() throws Exception {
        // Given
        TestTrail trail = new TestTrail(FIRST);
        byte[] one = trail.line();
        trail.stands(one);
        ChainPosition before = trail.position();
        byte[] two = trail.line();
        trail.stands(two);
        byte[] both = (new String(one, StandardCharsets.UTF_8) + "\n" + new String(two, StandardCharsets.UTF_8) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= both.length; length++) {
            Path file = directory.resolve("000000000000-" + FIRST + ".jsonl");
            Files.deleteIfExists(directory.resolve("acknowledged.json"));
            Files.write(file, java.util.Arrays.copyOf(both, length));
            int whole = length < one.length ? 0 : length <= one.length + two.length ? 1 : 2;

            // When
            Spool spool = open(SECOND);

            // Then
            assertThat(spool.before()).isEqualTo(whole == 0 ? null : whole == 1 ? before : trail.position());
            assertThat(spool.waitingRecords()).isEqualTo(whole);
            assertThat(drain(spool)).containsExactlyElementsOf(List.of(one, two).subList(0, whole));
            assertThat(spool.lostRecords()).isZero();
        }
    }

    @Test
    void a_whole_line_at_the_end_counts_only_where_it_goes_on() throws Exception {
        // Given
        TestTrail trail = new TestTrail(FIRST);
        byte[] one = trail.line();
        trail.stands(one);
        byte[] two = trail.line();
        Files.write(directory.resolve("000000000000-" + FIRST + ".jsonl"), two);
        Files.writeString(directory.resolve("000000000001-" + FIRST + ".jsonl"),
                new String(one, StandardCharsets.UTF_8) + "\n");

        // When
        Spool spool = open(SECOND);

        // Then
        assertThat(drain(spool)).containsExactly(one);
    }

    @Test
    void the_reserve_is_left_to_what_cannot_be_refused() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);

        // When
        int ordinary = fill(spool, trail, Spool.Room.ORDINARY);
        long after = spool.bytes();
        int further = fill(spool, trail, Spool.Room.RESERVE);

        // Then
        assertThat(after).isLessThanOrEqualTo(BYTES - RESERVE).isGreaterThan(BYTES - RESERVE - SEGMENT);
        assertThat(spool.bytes()).isLessThanOrEqualTo(BYTES).isGreaterThan(BYTES - SEGMENT);
        assertThat(further).isGreaterThan(0);
        assertThat(drain(spool)).hasSize(ordinary + further);
        assertThat(fill(spool, trail, Spool.Room.ORDINARY)).isGreaterThan(0);
    }

    private static int fill(Spool spool, TestTrail trail, Spool.Room room) {
        int lines = 0;
        try {
            while (true) {
                trail.append(spool, room, 300);
                lines++;
            }
        } catch (SpoolFullException e) {
            assertThat(e).hasMessage("the audit trail is full");
            return lines;
        }
    }

    @Test
    void a_disk_that_takes_nothing_is_a_full_one() throws Exception {
        // Given
        Path gone = directory.resolve("gone");
        Spool spool = Spool.open(new SpoolSettings(gone, BYTES, RESERVE, SEGMENT), FIRST, Clock.systemUTC());
        TestTrail trail = new TestTrail(FIRST);
        Files.delete(gone);

        // When
        assertThatThrownBy(() -> trail.append(spool)).isInstanceOf(SpoolFullException.class);
        Files.createDirectory(gone);
        byte[] written = trail.append(spool);

        // Then
        assertThat(drain(spool)).containsExactly(written);
    }

    @Test
    void a_line_that_no_message_could_carry_is_not_taken() throws Exception {
        // Given
        Spool spool = Spool.open(SpoolSettings.of(directory, SpoolSettings.LEAST_BYTES), FIRST, Clock.systemUTC());
        TestTrail trail = new TestTrail(FIRST);
        int more = Spool.MAX_LINE - trail.line().length;

        // When
        assertThatThrownBy(() -> trail.append(spool, Spool.Room.RESERVE, more + 1)).hasMessageContaining("too large");
        trail.append(spool, Spool.Room.RESERVE, more);

        // Then
        assertThat(drain(spool)).hasSize(1);
    }

    @Test
    void what_cannot_be_read_is_passed_over_and_counted() throws Exception {
        // Given
        Spool first = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        List<byte[]> written = List.of(trail.append(first), trail.append(first), trail.append(first));
        Path file = segments().getFirst();
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"seq\":1,", "\"seq\":x,"));

        // When
        Spool second = open(SECOND);

        // Then
        assertThat(drain(second)).containsExactly(written.getFirst(), written.getLast());
        assertThat(second.lostRecords()).isEqualTo(1);
        assertThat(open(SECOND).lostRecords()).isEqualTo(1);
    }

    @Test
    void files_are_not_sent_again_that_were_done_with_and_could_not_be_deleted() throws Exception {
        // Given
        Spool first = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        for (int i = 0; i < 60; i++) {
            trail.append(first);
        }
        Path done = segments().getFirst();
        byte[] content = Files.readAllBytes(done);
        drain(first);

        // When
        Files.write(done, content);
        Spool second = open(SECOND);

        // Then
        assertThat(second.next()).isNull();
        assertThat(segments()).isEmpty();
    }

    @Test
    void without_its_acknowledgement_all_is_sent_again_that_is_left() throws Exception {
        // Given
        Files.writeString(directory.resolve("acknowledged.json"), "{");
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        List<byte[]> written = List.of(trail.append(spool), trail.append(spool));
        drain(spool);
        nanos += Duration.ofHours(1).toNanos();

        // When
        spool.distrusted();

        // Then
        nanos += Duration.ofSeconds(2).toNanos();
        assertThat(spool.position()).isEqualTo(new TrailPosition(-1, Duration.ofSeconds(2), 0, 0, null));
        assertThat(spool.next().message().acknowledgement()).isNull();
        assertThat(drain(spool)).containsExactlyElementsOf(written);
    }

    @Test
    void nothing_counts_as_acknowledged_without_proof() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        for (int i = 0; i < 60; i++) {
            trail.append(spool);
        }
        drain(spool);

        // When
        spool.distrusted();

        // Then
        assertThat(spool.position().acknowledged()).isEqualTo(-1);
        long first = spool.next().marks().getFirst().sequence();
        assertThat(first).isGreaterThan(0);
        assertThat(spool.waitingRecords()).isEqualTo(60 - first);
        assertThat(open(SECOND).waitingRecords()).isEqualTo(60 - first);
        assertThat(drain(spool)).hasSize((int) (60 - first));
    }

    @Test
    void lines_have_been_waiting_since_they_were_written() throws Exception {
        // Given
        Spool spool = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        trail.append(spool);
        nanos += Duration.ofSeconds(10).toNanos();
        trail.append(spool);
        nanos += Duration.ofSeconds(5).toNanos();
        Duration both = spool.position().waiting();

        // When
        SpoolBatch batch = spool.next();
        spool.acknowledge(batch, answer(batch, 1));

        // Then
        assertThat(both).isEqualTo(Duration.ofSeconds(15));
        assertThat(spool.position().waiting()).isEqualTo(Duration.ofSeconds(5));
        drain(spool);
        assertThat(spool.position().waiting()).isZero();
    }

    @Test
    void lines_of_earlier_boots_have_been_waiting_since_they_say_where_that_can_be() throws Exception {
        // Given
        Duration open = Duration.ofSeconds(1);

        // When, Then
        assertThat(waitingSince(NOW.minusSeconds(90))).isEqualTo(open.plusSeconds(90));
        assertThat(waitingSince(NOW.plusSeconds(90))).isEqualTo(open);
        assertThat(waitingSince(Instant.EPOCH)).isEqualTo(open);
    }

    private Duration waitingSince(Instant written) throws IOException {
        for (Path file : segments()) {
            Files.delete(file);
        }
        Spool first = open(FIRST);
        TestTrail trail = new TestTrail(FIRST);
        first.append(0, trail.line(written, 0), Spool.Room.ORDINARY, 0);
        Spool second = open(SECOND);
        nanos += Duration.ofSeconds(1).toNanos();
        return second.position().waiting();
    }

    @Test
    void losses_are_counted_over_boots_and_told_once() throws Exception {
        // Given
        Spool first = open(FIRST);
        first.lose();
        first.lose();
        first.told(1);
        first.close();

        // When
        Spool second = open(SECOND);

        // Then
        assertThat(second.lostRecords()).isEqualTo(2);
        assertThat(second.untold()).isEqualTo(1);
        assertThat(second.position().lost()).isEqualTo(2);
    }

    @Test
    void what_belongs_to_others_stays() throws Exception {
        // Given
        Path other = Files.writeString(directory.resolve("000000000000-x.jsonl"), "x",
                StandardOpenOption.CREATE);

        // When
        Spool spool = open(FIRST);

        // Then
        assertThat(spool.next()).isNull();
        assertThat(other).hasContent("x");
    }
}
