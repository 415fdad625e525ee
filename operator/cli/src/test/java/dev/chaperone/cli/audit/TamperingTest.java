package dev.chaperone.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random tampering, each by its seed: what is done is found where it was done, and what is honest is not accused. */
class TamperingTest {
    private static final int ROUNDS = 400;
    private static final int FIRST_BYTES_WITH_BOOT = "{'boot':'".length() + TestTrail.boot(0).length();

    /** What may be done to the records of a boot, other than its last one. */
    private enum Tampering {
        REMOVE, ALTER_A_BYTE, SWAP, DUPLICATE, PUT_IN, MOVE_TO_ANOTHER_BOOT, CUT_SHORT
    }

    /** A record in a file; the file is its name, and places count from 1. */
    private record Line(TestTrail trail, int sequence, byte[] bytes) {
        static Line of(TestTrail trail, int sequence) {
            return new Line(trail, sequence, trail.lines().get(sequence).getBytes(StandardCharsets.UTF_8));
        }

        Line with(byte[] other) {
            return new Line(trail, sequence, other);
        }
    }

    private final List<TestTrail> trails = new ArrayList<>();
    private final List<Line> file = new ArrayList<>();

    /** Boots of two agents, mixed as chance will have it, with other lines in between. */
    private void write(Random random) {
        trails.clear();
        file.clear();
        for (int agent = 0; agent < 2; agent++) {
            TestTrail before = null;
            for (int boot = 0; boot < 2; boot++) {
                TestTrail trail = TestTrail.boot(agent * 2 + boot, "dev/agent-" + agent, before);
                for (int i = 2 + random.nextInt(6); i > 0; i--) {
                    switch (random.nextInt(4)) {
                        case 0 -> trail.denied("mail/send_mail");
                        case 1 -> trail.lost(1 + random.nextInt(3));
                        default -> trail.call("files/read_file");
                    }
                }
                trails.add(trail);
                before = trail;
            }
        }
        int[] next = new int[trails.size()];
        List<Integer> turns = new ArrayList<>();
        for (int i = 0; i < trails.size(); i++) {
            turns.addAll(Collections.nCopies(trails.get(i).size(), i));
        }
        Collections.shuffle(turns, random);
        for (int turn : turns) {
            if (random.nextInt(5) == 0) {
                file.add(new Line(trails.get(turn), -1, "level=info msg=\"a word\"".getBytes(StandardCharsets.UTF_8)));
            }
            file.add(Line.of(trails.get(turn), next[turn]++));
        }
    }

    private Verified verify() {
        return Verified.of(Verified.PLAIN, Map.of("a", bytes(file)));
    }

    private static byte[] bytes(List<Line> lines) {
        var out = new ByteArrayOutputStream();
        for (Line line : lines) {
            out.writeBytes(line.bytes());
            out.write('\n');
        }
        return out.toByteArray();
    }

    private int index(TestTrail trail, int sequence) {
        for (int i = 0; i < file.size(); i++) {
            if (file.get(i).trail() == trail && file.get(i).sequence() == sequence) {
                return i;
            }
        }
        throw new IllegalArgumentException("no such record");
    }

    private static String place(int index) {
        return "a:" + (index + 1);
    }

    @ParameterizedTest
    @EnumSource
    void what_is_done_is_found_where_it_was_done(Tampering tampering) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            // Given
            Random random = new Random(seed);
            write(random);
            TestTrail trail = trails.get(random.nextInt(trails.size()));
            int sequence = random.nextInt(trail.size() - 1);
            int index = index(trail, sequence);
            List<String> places = tamper(tampering, random, trail, sequence, index);

            // When
            Verified verified = verify();

            // Then
            assertThat(verified.report().fine()).as("%s of seed %d", tampering, seed).isFalse();
            assertThat(verified.accused()).as("%s of seed %d:%n%s", tampering, seed, verified.text())
                    .containsAll(places);
        }
    }

    /** Returns which places must be named. */
    private List<String> tamper(Tampering tampering, Random random, TestTrail trail, int sequence, int index) {
        Line line = file.get(index);
        switch (tampering) {
            case REMOVE -> {
                file.remove(index);
                return List.of(place(index(trail, sequence + 1)));
            }
            case ALTER_A_BYTE -> {
                byte[] bytes = line.bytes().clone();
                int at = random.nextInt(bytes.length);
                bytes[at] = (byte) (bytes[at] + 1 + random.nextInt(255));
                file.set(index, line.with(bytes));
                // An end of a line is one line more. Without its first byte it does not even look like a record, and
                // nothing tells a first record of another boot from the only one of that boot.
                int more = bytes[at] == '\n' ? 1 : 0;
                boolean boot = at < FIRST_BYTES_WITH_BOOT && sequence == 0;
                return more > 0 || at == 0 || boot
                        ? List.of(place(index(trail, sequence + 1) + more))
                        : List.of(place(index));
            }
            case SWAP -> {
                int other = (sequence + 1 + random.nextInt(trail.size() - 1)) % trail.size();
                int otherIndex = index(trail, other);
                Collections.swap(file, index, otherIndex);
                return List.of(place(index), place(otherIndex));
            }
            case DUPLICATE -> {
                int to = random.nextInt(file.size() + 1);
                file.add(to, line);
                return List.of(place(to), place(to <= index ? index + 1 : index));
            }
            case PUT_IN -> {
                boolean before = random.nextBoolean();
                byte[] made = new String(line.bytes(), StandardCharsets.UTF_8)
                        .replace("\"event\"", "\"made\":1,\"event\"")
                        .getBytes(StandardCharsets.UTF_8);
                file.add(before ? index : index + 1, line.with(made));
                return List.of(place(index), place(index + 1));
            }
            case MOVE_TO_ANOTHER_BOOT -> {
                TestTrail other = trails.get((trails.indexOf(trail) + 1 + random.nextInt(3)) % 4);
                file.set(index, line.with(new String(line.bytes(), StandardCharsets.UTF_8)
                        .replaceFirst(trail.id(), other.id()).getBytes(StandardCharsets.UTF_8)));
                return List.of(place(index), place(index(trail, sequence + 1)));
            }
            case CUT_SHORT -> {
                int length = random.nextInt(line.bytes().length);
                file.set(index, line.with(Arrays.copyOf(line.bytes(), length)));
                return List.of(place(index(trail, sequence + 1)));
            }
        }
        throw new IllegalStateException();
    }

    @Test
    void the_end_of_a_boot_is_vouched_for_by_the_next() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            // Given
            Random random = new Random(seed);
            write(random);
            TestTrail trail = trails.get(random.nextBoolean() ? 0 : 2);
            int from = random.nextInt(trail.size());
            boolean alter = random.nextBoolean();
            int at = index(trail, trail.size() - 1);
            if (alter) {
                byte[] bytes = file.get(at).bytes().clone();
                bytes[bytes.length - 3] = (byte) (bytes[bytes.length - 3] == 'x' ? 'y' : 'x');
                file.set(at, file.get(at).with(bytes));
            } else {
                file.removeIf(line -> line.trail() == trail && line.sequence() >= from);
            }

            // When
            Verified verified = verify();

            // Then
            List<Finding> findings = verified.report().findings();
            assertThat(findings).as("seed %d:%n%s", seed, verified.text()).isNotEmpty();
            if (!alter && from > 0) {
                assertThat(findings).hasOnlyElementsOfType(Finding.TailMissing.class);
                assertThat(findings.getFirst().span()).isEqualTo(new Span(from, trail.size() - 1));
                assertThat(findings.getFirst().at()).hasToString(place(index(trail, from - 1)));
            } else if (!alter) {
                assertThat(findings).hasOnlyElementsOfType(Finding.PredecessorMissing.class);
            }
        }
    }

    @Test
    void honest_trails_are_never_accused() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            // Given
            Random random = new Random(seed);
            write(random);
            Map<String, byte[]> files = new LinkedHashMap<>();
            List<List<Line>> parts = new ArrayList<>();
            int cut = random.nextInt(file.size());
            switch (random.nextInt(3)) {
                case 0 -> parts.add(file);
                // Rotated.
                case 1 -> parts.addAll(List.of(file.subList(0, cut), file.subList(cut, file.size())));
                // What replicas print that are sent turn by turn.
                default -> {
                    parts.addAll(List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
                    file.forEach(line -> parts.get(random.nextInt(3)).add(line));
                }
            }
            Collections.shuffle(parts, random);
            parts.forEach(part -> files.put("part-" + files.size(), bytes(part)));

            // When
            Verified verified = Verified.of(Verified.PLAIN, files);

            // Then
            assertThat(verified.report().findings()).as("seed %d", seed).isEmpty();
            assertThat(verified.report().boots()).as("seed %d", seed).hasSize(4).allMatch(BootSummary::fine);
            assertThat(verified.report().boots()).extracting(BootSummary::head)
                    .containsExactlyInAnyOrderElementsOf(trails.stream().map(TestTrail::head).toList());
        }
    }
}
