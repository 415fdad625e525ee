package dev.chaperone.guardrail.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeasesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final Machine machine = new Machine();
    private Leases leases;

    /** One clock for the machine; that of a process counts from somewhere else, and is far into the range of a long. */
    private static final class Machine implements MachineClock {
        private String boot = "first";
        private Duration up = Duration.ofHours(3);
        private Duration origin = Duration.ofNanos(Long.MAX_VALUE).minusSeconds(30);

        void pass(Duration time) {
            up = up.plus(time);
        }

        long nanoTime() {
            // It may run over, as System.nanoTime() may.
            return origin.toNanos() + up.toNanos();
        }

        @Override
        public String boot() {
            return boot;
        }

        @Override
        public Duration up() {
            return up;
        }
    }

    @BeforeEach
    void open() {
        leases = Leases.open(directory, machine, machine::nanoTime);
    }

    private void restart() {
        machine.origin = Duration.ofSeconds(-17);
        open();
    }

    private void renew(Map<String, Duration> lengths) {
        leases.renew(machine.nanoTime(), lengths);
    }

    @Test
    void nothing_is_known_to_hold_before_anybody_said_so() {
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void what_is_not_renewed_ends_each_at_its_time() {
        // Given
        renew(Map.of("review", MINUTE, "egress", MINUTE.multipliedBy(2)));

        // When
        machine.pass(MINUTE.minusNanos(1));
        var before = leases.get().heldLeases();
        machine.pass(Duration.ofNanos(1));
        var after = leases.get().heldLeases();
        machine.pass(MINUTE);
        var late = leases.get().heldLeases();

        // Then
        assertThat(before).containsExactlyInAnyOrder("review", "egress");
        assertThat(after).containsExactly("egress");
        assertThat(late).isEmpty();
    }

    @Test
    void what_the_operator_names_no_longer_has_ended() {
        // Given
        renew(Map.of("review", MINUTE, "egress", MINUTE));

        // When
        renew(Map.of("egress", MINUTE));

        // Then
        assertThat(leases.get().heldLeases()).containsExactly("egress");
    }

    @Test
    void how_long_the_answer_was_under_way_prolongs_nothing() {
        // Given
        long asked = machine.nanoTime();
        machine.pass(Duration.ofSeconds(55));

        // When
        leases.renew(asked, Map.of("review", MINUTE, "egress", Duration.ofSeconds(55)));

        // Then
        assertThat(leases.get().heldLeases()).containsExactly("review");
        machine.pass(Duration.ofSeconds(5));
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void a_restart_neither_prolongs_nor_ends_anything() {
        // Given
        renew(Map.of("review", MINUTE, "egress", MINUTE.multipliedBy(2)));
        machine.pass(Duration.ofSeconds(40));

        // When
        restart();

        // Then
        assertThat(leases.get().heldLeases()).containsExactlyInAnyOrder("review", "egress");
        machine.pass(Duration.ofSeconds(20));
        assertThat(leases.get().heldLeases()).containsExactly("egress");
    }

    @Test
    void nothing_is_prolonged_where_the_time_of_the_machine_begins_anew_with_the_container() {
        // Given
        renew(Map.of("review", MINUTE));

        // When
        machine.up = Duration.ofSeconds(2);
        restart();

        // Then
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void what_was_taken_back_stays_taken_back_after_a_restart() {
        // Given
        renew(Map.of("review", MINUTE));
        renew(Map.of());

        // When
        restart();

        // Then
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void another_time_of_the_machine_means_nothing() {
        // Given
        renew(Map.of("review", MINUTE));
        machine.boot = "second";
        machine.up = Duration.ZERO;

        // When
        restart();

        // Then
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"machine\":\"first\",\"ends\":7}", "{\"machine\":\"first\"", "null",
            "{\"machine\":\"first\",\"ends\":{\"review\":\"soon\"}}"})
    void what_lies_there_spoilt_holds_nothing(String content) throws IOException {
        // Given
        Files.writeString(directory.resolve("leases.json"), content);

        // When
        restart();

        // Then
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void what_cannot_be_kept_holds_until_the_process_ends() throws IOException {
        // Given
        renew(Map.of("review", MINUTE.multipliedBy(10)));
        Files.createDirectories(directory.resolve("leases.json.next").resolve("in the way"));

        // When
        renew(Map.of("egress", MINUTE));
        var now = leases.get().heldLeases();
        restart();

        // Then
        assertThat(now).containsExactly("egress");
        assertThat(leases.get().heldLeases()).isEmpty();
    }

    @Test
    void linux_tells_how_long_the_machine_is_up() throws IOException {
        // Given
        Path proc = directory.resolve("proc");
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        Files.writeString(proc.resolve("sys/kernel/random/boot_id"), "6f1f\n");
        Files.writeString(proc.resolve("uptime"), "350735.47 234388.90\n");

        // When
        MachineClock clock = MachineClock.of(proc);

        // Then
        assertThat(clock.boot()).isEqualTo("6f1f");
        assertThat(clock.up()).isEqualTo(Duration.ofMillis(350_735_470));
    }

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void random_renewals_pauses_and_restarts_hold_what_a_list_of_ends_holds(long seed) {
        Random random = new Random(seed);
        TreeMap<String, Duration> ends = new TreeMap<>();
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    Duration asked = machine.up();
                    long at = machine.nanoTime();
                    machine.pass(Duration.ofMillis(random.nextInt(3000)));
                    Map<String, Duration> lengths = IntStream.range(0, 4).boxed().filter(_ -> random.nextBoolean())
                            .collect(Collectors.toMap(i -> "r" + i, _ -> Duration.ofMillis(random.nextInt(20_000))));
                    leases.renew(at, lengths);
                    ends.clear();
                    lengths.forEach((name, length) -> ends.put(name, asked.plus(length)));
                }
                case 1 -> restart();
                default -> machine.pass(Duration.ofMillis(random.nextInt(8000)));
            }
            var expected = ends.entrySet().stream().filter(end -> end.getValue().compareTo(machine.up()) > 0)
                    .map(Map.Entry::getKey).toList();
            assertThat(leases.get().heldLeases()).as("seed %d, step %d", seed, step)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }
}
