package dev.chaperone.controller.evidence;

import static dev.chaperone.controller.evidence.TestTrail.BOOT;
import static dev.chaperone.controller.evidence.TestTrail.altered;
import static dev.chaperone.controller.evidence.TestTrail.known;
import static dev.chaperone.controller.evidence.TestTrail.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.controller.evidence.Finding.Altered;
import dev.chaperone.controller.evidence.Finding.Foreign;
import dev.chaperone.controller.evidence.Finding.Missing;
import dev.chaperone.controller.evidence.Finding.Reordered;
import dev.chaperone.controller.evidence.Finding.Rewritten;
import dev.chaperone.controller.evidence.Finding.Unreadable;
import dev.chaperone.controller.evidence.TrailVerifier.Verified;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrailVerifierTest {
    private static final List<byte[]> TRAIL = TestTrail.lines(BOOT, 20);

    private static Verified verify(KnownTrail shown, List<byte[]> lines) {
        return TrailVerifier.verify(shown, null, lines);
    }

    @Test
    void a_whole_trail_is_kept_as_it_came() {
        // When
        Verified verified = verify(KnownTrail.before(BOOT), TRAIL);

        // Then
        assertThat(texts(verified.fresh())).isEqualTo(texts(TRAIL));
        assertThat(verified.after()).isEqualTo(known(TRAIL, 20));
        assertThat(verified.remembered()).isEqualTo(verified.after());
        assertThat(verified.found()).isEmpty();
    }

    @Test
    void what_is_known_is_kept_no_second_time() {
        // When
        Verified verified = verify(known(TRAIL, 7), TRAIL.subList(4, 12));

        // Then
        assertThat(texts(verified.fresh())).isEqualTo(texts(TRAIL.subList(7, 12)));
        assertThat(verified.repeated()).isEqualTo(3);
        assertThat(verified.after()).isEqualTo(known(TRAIL, 12));
        assertThat(verified.found()).isEmpty();
    }

    @Test
    void a_repetition_alone_takes_nothing_back() {
        // When
        Verified verified = verify(known(TRAIL, 7), TRAIL.subList(0, 5));

        // Then
        assertThat(verified.fresh()).isEmpty();
        assertThat(verified.after()).isEqualTo(known(TRAIL, 7));
    }

    @Test
    void a_start_that_nothing_leads_to_is_missing_its_beginning() {
        // When
        Verified verified = verify(KnownTrail.before(BOOT), TRAIL.subList(3, 5));

        // Then
        assertThat(verified.found()).containsExactly(new Missing(BOOT, 0, 2));
        assertThat(verified.fresh()).hasSize(2);
        assertThat(verified.after()).isEqualTo(new KnownTrail(known(TRAIL, 5).position(), 1));
    }

    @Test
    void a_first_line_follows_nothing() {
        // Given
        byte[] first = TestTrail.line(BOOT, 0, Digests.of(new byte[0]), "decision");

        // When
        Verified verified = verify(KnownTrail.before(BOOT), List.of(first));

        // Then
        assertThat(verified.found()).containsExactly(new Altered(BOOT, 0));
    }

    @Test
    void each_kind_of_damage_is_told_apart() {
        // Given
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(0, 12));
        lines.set(10, TRAIL.get(1));
        lines.set(8, TestTrail.lines(TestTrail.boot(2), 9).get(8));
        lines.set(6, "oops".getBytes(UTF_8));
        lines.remove(4);
        lines.set(2, altered(TRAIL.get(2)));

        // When
        Verified verified = verify(KnownTrail.before(BOOT), lines);

        // Then
        assertThat(verified.found()).containsExactly(new Altered(BOOT, 3), new Missing(BOOT, 4, 4),
                new Unreadable(BOOT, 6), new Missing(BOOT, 6, 6), new Foreign(BOOT, 8), new Missing(BOOT, 8, 8),
                new Reordered(BOOT, 1), new Missing(BOOT, 10, 10));
        assertThat(verified.after().breaks()).isEqualTo(8);
        assertThat(verified.fresh()).hasSize(9);
    }

    @Test
    void a_break_is_found_once_and_the_trail_goes_on() {
        // Given
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(0, 10));
        lines.set(3, altered(TRAIL.get(3)));
        KnownTrail after = verify(KnownTrail.before(BOOT), lines).after();

        // When
        Verified verified = verify(after, TRAIL.subList(10, 15));

        // Then
        assertThat(after.breaks()).isEqualTo(1);
        assertThat(verified.found()).isEmpty();
        assertThat(verified.after().breaks()).isEqualTo(1);
    }

    @Test
    void a_repeated_break_is_no_second_one() {
        // Given
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(0, 10));
        lines.set(3, altered(TRAIL.get(3)));
        KnownTrail remembered = verify(KnownTrail.before(BOOT), lines).remembered();

        // When
        Verified verified = TrailVerifier.verify(KnownTrail.before(BOOT), remembered, lines);

        // Then
        assertThat(verified.found()).isEmpty();
        assertThat(verified.fresh()).isEmpty();
        assertThat(verified.after().breaks()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 9})
    void history_that_is_written_anew_is_found_where_it_meets_what_is_remembered(int shown) {
        // Given
        List<byte[]> other = new ArrayList<>(TRAIL.subList(0, shown));
        String previous = shown == 0 ? ChainPosition.FIRST : Digests.of(TRAIL.get(shown - 1));
        for (int i = shown; i < 15; i++) {
            other.add(TestTrail.line(BOOT, i, previous, "fiction"));
            previous = Digests.of(other.getLast());
        }

        // When
        Verified verified = TrailVerifier.verify(known(TRAIL, shown), known(TRAIL, 10), other.subList(shown, 15));

        // Then
        assertThat(verified.found()).containsExactly(new Rewritten(BOOT, 9));
        assertThat(texts(verified.fresh())).isEqualTo(texts(other.subList(shown, 15)));
        assertThat(verified.remembered().position().digest()).isEqualTo(Digests.of(other.get(14)));
    }

    @Test
    void history_that_is_written_anew_in_pieces_is_found_by_the_piece_that_meets_it() {
        // Given
        List<byte[]> other = TestTrail.lines(BOOT, 15, "fiction");
        Verified first = TrailVerifier.verify(KnownTrail.before(BOOT), known(TRAIL, 10), other.subList(0, 5));

        // When
        Verified second = TrailVerifier.verify(first.after(), first.remembered(), other.subList(5, 15));

        // Then
        assertThat(first.fresh()).isEmpty();
        assertThat(first.remembered()).isEqualTo(known(TRAIL, 10));
        assertThat(second.found()).containsExactly(new Rewritten(BOOT, 9));
    }

    /** Acknowledged were seven lines, then ten; the guardrail shows the older word. */
    @ParameterizedTest
    @CsvSource({"6, 7, 6, rewritten", "5, 7, 6, altered", "5, 6, -1, ''", "8, 9, -1, ''", "9, 10, 9, rewritten"})
    void one_line_of_a_repetition_that_was_changed_is_found_where_it_can_be(
            int changed, int to, long found, String kind) {
        // Given
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(4, to));
        lines.set(changed - 4, altered(TRAIL.get(changed)));

        // When
        Verified verified = TrailVerifier.verify(known(TRAIL, 7), known(TRAIL, 10), lines);

        // Then
        assertThat(verified.found().stream().map(each -> each.kind() + each.sequence()).toList())
                .isEqualTo(found < 0 ? List.of() : List.of(kind + found));
    }

    @Test
    void a_repetition_with_gaps_has_to_follow_what_is_shown() {
        // Given
        byte[] other = TestTrail.line(BOOT, 7, Digests.of(new byte[0]), "fiction");

        // When
        Verified verified = TrailVerifier.verify(
                known(TRAIL, 7), known(TRAIL, 10), List.of(TRAIL.get(3), other));

        // Then
        assertThat(verified.found()).containsExactly(new Altered(BOOT, 7));
    }

    @Test
    void what_is_known_need_not_be_repeated_whole() {
        // Given
        List<byte[]> lines = List.of(TRAIL.get(3), TRAIL.get(5), TRAIL.get(10), TRAIL.get(11));

        // When
        Verified verified = TrailVerifier.verify(known(TRAIL, 7), known(TRAIL, 10), lines);

        // Then
        assertThat(verified.found()).isEmpty();
        assertThat(texts(verified.fresh())).isEqualTo(texts(TRAIL.subList(10, 12)));
    }

    @Test
    void breaks_from_before_hide_no_new_one() {
        // Given
        KnownTrail shown = new KnownTrail(known(TRAIL, 7).position(), 1);
        KnownTrail remembered = new KnownTrail(known(TRAIL, 12).position(), 1);
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(7, 14));
        lines.set(1, altered(TRAIL.get(8)));

        // When
        Verified verified = TrailVerifier.verify(shown, remembered, lines);

        // Then
        assertThat(verified.found()).containsExactly(new Altered(BOOT, 9));
        assertThat(verified.after().breaks()).isEqualTo(2);
    }

    @Test
    void what_cannot_be_read_at_the_end_is_found_once() {
        // Given
        List<byte[]> lines = new ArrayList<>(TRAIL.subList(0, 4));
        lines.add(new byte[0]);
        Verified first = verify(KnownTrail.before(BOOT), lines);

        // When
        Verified again = TrailVerifier.verify(KnownTrail.before(BOOT), first.remembered(), lines);

        // Then
        assertThat(first.found()).containsExactly(new Unreadable(BOOT, 4));
        assertThat(again.found()).isEmpty();
    }

    @Test
    void one_word_of_the_operator_for_two_histories_is_found() {
        // Given
        KnownTrail elsewhere = known(TestTrail.lines(BOOT, 10, "fiction"), 10);

        // When
        Verified verified = TrailVerifier.verify(elsewhere, known(TRAIL, 10), TRAIL.subList(10, 12));

        // Then
        assertThat(verified.found()).contains(new Rewritten(BOOT, 9));
    }

    @Test
    void a_replica_that_remembers_needs_nothing_shown() {
        // When
        Verified verified = TrailVerifier.verify(KnownTrail.before(BOOT), known(TRAIL, 10), TRAIL.subList(10, 12));

        // Then
        assertThat(verified.found()).isEmpty();
        assertThat(verified.after()).isEqualTo(known(TRAIL, 12));
    }

    @Test
    void breaks_that_are_remembered_are_not_lost_when_nothing_is_shown() {
        // Given
        KnownTrail remembered = new KnownTrail(known(TRAIL, 10).position(), 3);

        // When
        Verified verified = TrailVerifier.verify(KnownTrail.before(BOOT), remembered, TRAIL);

        // Then
        assertThat(verified.after()).isEqualTo(new KnownTrail(known(TRAIL, 20).position(), 3));
    }

    /** An honest trail in any pieces, repeated from anywhere that was acknowledged before. */
    @Test
    void an_honest_trail_is_never_accused() {
        for (int seed = 0; seed < 1000; seed++) {
            // Given
            Random random = new Random(seed);
            List<byte[]> trail = TestTrail.lines(BOOT, 1 + random.nextInt(40));
            List<KnownTrail> words = new ArrayList<>(List.of(KnownTrail.before(BOOT)));
            KnownTrail remembered = null;
            Set<String> kept = new HashSet<>();
            List<Finding> found = new ArrayList<>();

            // When
            while (words.getLast().sequence() < trail.size() - 1) {
                KnownTrail shown = words.get(random.nextInt(words.size()));
                int from = random.nextInt((int) shown.sequence() + 2);
                int to = Math.min(trail.size(), from + 1 + random.nextInt(10));
                Verified verified = TrailVerifier.verify(shown, remembered, trail.subList(from, to));
                kept.addAll(texts(verified.fresh()));
                found.addAll(verified.found());
                words.add(verified.after());
                remembered = random.nextInt(5) == 0 ? words.getLast() : verified.remembered();
            }

            // Then
            assertThat(found).as("seed %d", seed).isEmpty();
            assertThat(kept).as("seed %d", seed).containsAll(texts(trail));
        }
    }

    /** One thing done to a trail before any of it was sent, then sent in any pieces. */
    @Test
    void whatever_is_done_to_a_trail_is_found_or_only_cuts_its_end() {
        for (int seed = 0; seed < 4000; seed++) {
            // Given
            Random random = new Random(seed);
            List<byte[]> trail = TestTrail.lines(BOOT, 2 + random.nextInt(30));
            List<byte[]> damaged = damaged(trail, random);

            // When
            KnownTrail shown = KnownTrail.before(BOOT);
            List<String> kept = new ArrayList<>();
            List<Finding> found = new ArrayList<>();
            for (int from = 0, to; from < damaged.size(); from = to) {
                to = Math.min(damaged.size(), from + 1 + random.nextInt(10));
                Verified verified = verify(shown, damaged.subList(from, to));
                kept.addAll(texts(verified.fresh()));
                found.addAll(verified.found());
                shown = verified.after();
            }

            // Then
            boolean cut = kept.size() <= trail.size() && kept.equals(texts(trail.subList(0, kept.size())));
            boolean lastChanged = kept.size() == trail.size()
                    && kept.subList(0, kept.size() - 1).equals(texts(trail.subList(0, trail.size() - 1)));
            assertThat(!found.isEmpty() || cut || lastChanged).as("seed %d", seed).isTrue();
            assertThat(shown.breaks()).isEqualTo(found.size());
        }
    }

    private static List<byte[]> damaged(List<byte[]> trail, RandomGenerator random) {
        List<byte[]> lines = new ArrayList<>(trail);
        int at = random.nextInt(lines.size());
        switch (random.nextInt(6)) {
            case 0 -> lines.subList(at, Math.min(lines.size(), at + 1 + random.nextInt(3))).clear();
            case 1 -> lines.set(at, altered(lines.get(at)));
            case 2 -> lines.add(random.nextInt(lines.size()), lines.remove(at));
            case 3 -> lines.add(at, lines.get(random.nextInt(lines.size())));
            case 4 -> lines.set(at, TestTrail.lines(TestTrail.boot(2), at + 1).get(at));
            default -> lines.set(at, text(lines.get(at), random));
        }
        return lines;
    }

    private static byte[] text(byte[] line, RandomGenerator random) {
        byte[] bytes = line.clone();
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(7));
        return bytes;
    }
}
