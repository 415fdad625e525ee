package dev.chaperone.guardrail.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.EvidenceAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A spool that is written to, killed and acknowledged at random, beside a list in memory. */
class SpoolRandomTest {
    private static final SpoolSettings SMALL = new SpoolSettings(Path.of("."), 96 << 10, 16 << 10, 12 << 10);
    private static final int STEPS = 1_500;
    private static final int OUTAGE = 250;

    @TempDir
    Path directory;

    private final List<byte[]> written = new ArrayList<>();
    private final List<byte[]> acknowledged = new ArrayList<>();
    private SplittableRandom random;
    private Spool spool;
    private TestTrail trail;
    private int refused;
    private int kills;

    static Stream<Long> seeds() {
        Long only = Long.getLong("chaperone.spool.seed");
        return only == null ? Stream.iterate(1L, seed -> seed + 1).limit(3) : Stream.of(only);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothing_is_lost_repeated_or_out_of_order(long seed) throws Exception {
        // Given
        random = new SplittableRandom(seed);
        boot();

        // When
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(100);
            if (dice < 80) {
                append();
            } else if (dice < 97) {
                // Now and then nobody acknowledges anything for a while.
                if (step / OUTAGE % 3 != 0) {
                    acknowledge();
                }
            } else {
                kill();
            }
            assertThat(spool.bytes()).isLessThanOrEqualTo(SMALL.bytes());
            assertThat(spool.waitingRecords()).isEqualTo(written.size() - acknowledged.size());
        }
        while (acknowledged.size() < written.size()) {
            acknowledge();
        }

        // Then
        assertThat(spool.next()).isNull();
        assertThat(acknowledged).containsExactlyElementsOf(written);
        assertThat(breaks()).isZero();
        assertThat(kills).isGreaterThan(10);
        assertThat(refused).isGreaterThan(0);
    }

    private void boot() throws IOException {
        String boot = new UUID(0, random.nextLong() & 0xffffffffffffL).toString();
        spool = Spool.open(
                new SpoolSettings(directory, SMALL.bytes(), SMALL.reserve(), SMALL.segmentBytes()), boot,
                Clock.systemUTC());
        trail = new TestTrail(boot);
        ChainPosition before = spool.before();
        if (written.isEmpty()) {
            assertThat(before).isNull();
        } else {
            assertThat(before).isEqualTo(AuditLine.read(written.getLast()).position());
        }
    }

    private void append() {
        Spool.Room room = random.nextInt(4) == 0 ? Spool.Room.RESERVE : Spool.Room.ORDINARY;
        try {
            written.add(trail.append(spool, room, random.nextInt(random.nextInt(20) == 0 ? 15_000 : 600)));
        } catch (SpoolFullException e) {
            refused++;
        }
    }

    private void acknowledge() throws IOException {
        SpoolBatch batch = spool.next();
        if (batch == null) {
            return;
        }
        int lines = random.nextBoolean() ? batch.marks().size() : 1 + random.nextInt(batch.marks().size());
        long through = batch.marks().get(lines - 1).sequence();
        spool.acknowledge(batch, new EvidenceAnswer(batch.message().boot(), through, "word"));
        acknowledged.addAll(batch.message().lines().subList(0, lines));
    }

    /** What a process leaves behind that is killed while it writes. */
    private void kill() throws IOException {
        kills++;
        byte[] line = trail.line();
        int torn = random.nextInt(line.length + 1);
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(spool.boot() + ".jsonl")).sorted().toList();
        }
        if (!files.isEmpty() && random.nextBoolean()) {
            Files.write(files.getLast(), Arrays.copyOf(line, torn), StandardOpenOption.APPEND);
            if (torn == line.length) {
                trail.stands(line);
                written.add(line);
            }
        }
        if (random.nextInt(4) == 0) {
            Files.writeString(directory.resolve("acknowledged.json.next"), "{\"seg", StandardCharsets.UTF_8);
        }
        boot();
    }

    /** How often the chain does not go on, read as the operator does. */
    private long breaks() throws IOException {
        long breaks = 0;
        ChainPosition known = ChainPosition.before("");
        for (byte[] bytes : acknowledged) {
            AuditLine line = AuditLine.read(bytes);
            if (!line.boot().equals(known.boot())) {
                known = ChainPosition.before(line.boot());
            }
            breaks += known.link(line) == ChainPosition.Link.CONTINUES ? 0 : 1;
            known = line.position();
        }
        return breaks;
    }
}
