package dev.chaperone.controller.channel;

import static dev.chaperone.controller.evidence.TestTrail.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.controller.evidence.Finding.Rewritten;
import dev.chaperone.controller.evidence.TestTrail;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Several replicas that know nothing of one another, and a guardrail that asks now this one, now that one. */
class EvidenceReplicasTest {
    private static final PodFacts POD = new PodFacts(
            "dev", "coder-1", "uid-1", "robot", new AgentId("dev", "coder"), null);

    private final TestDirectory directory = new TestDirectory();
    private final TestEvidence evidence = new TestEvidence();

    EvidenceReplicasTest() {
        directory.put(POD);
    }

    private EvidenceRequests replica() {
        return new EvidenceRequests(directory, evidence.keeping(new PrometheusRegistry()), Clocks.SYSTEM);
    }

    private static EvidenceAnswer take(EvidenceRequests replica, EvidenceBatch batch) throws Exception {
        return replica.take(POD, batch::write);
    }

    private static long breaks(EvidenceRequests replica, String boot, EvidenceAnswer last) {
        TrailPosition trail = new TrailPosition(
                last.boot().equals(boot) ? last.through() : -1, Duration.ZERO, 0, 0, last.acknowledgement());
        return replica.breaks(POD, new SyncRequest(
                boot, List.of(1), null, null, null, 99, trail, Set.of(), List.of(), null, Duration.ZERO));
    }

    /**
     * Replicas restart, the sink fails, answers are lost, and the guardrail dies: then it knows some older
     * acknowledgement, and another boot follows once this one was sent.
     */
    @Test
    void accusesNoHonestGuardrailAndLosesNothing() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            // Given
            Random random = new Random(seed);
            List<EvidenceRequests> replicas = new ArrayList<>(List.of(replica(), replica(), replica()));
            Set<String> written = new HashSet<>();
            long breaks = 0;

            // When
            for (int i = 0; i < 3; i++) {
                String boot = TestTrail.boot(i);
                List<byte[]> trail = TestTrail.lines(boot, 1 + random.nextInt(60));
                written.addAll(texts(trail));
                List<EvidenceAnswer> answers = new ArrayList<>();
                while (answers.isEmpty() || answers.getLast().through() < trail.size() - 1) {
                    if (random.nextInt(10) == 0) {
                        replicas.set(random.nextInt(3), replica());
                    }
                    if (random.nextInt(10) == 0 && !answers.isEmpty()) {
                        answers.subList(random.nextInt(answers.size()), answers.size()).clear();
                    }
                    EvidenceAnswer last = answers.isEmpty() ? null : answers.getLast();
                    int next = last == null ? 0 : (int) last.through() + 1;
                    int from = random.nextInt(4) == 0 ? random.nextInt(next + 1) : next;
                    int to = Math.min(trail.size(), from + 1 + random.nextInt(12));
                    EvidenceRequests replica = replicas.get(random.nextInt(3));
                    evidence.failing(random.nextInt(8) == 0);
                    try {
                        EvidenceAnswer answer = take(replica, new EvidenceBatch(
                                boot, last == null ? null : last.acknowledgement(), trail.subList(from, to)));
                        if (random.nextInt(6) > 0) {
                            answers.add(answer);
                            breaks += breaks(replicas.get(random.nextInt(3)), boot, answer);
                        }
                    } catch (RefusedException e) {
                        assertThat(e.status()).isEqualTo(503);
                    }
                }
            }

            // Then
            assertThat(evidence.found()).as("seed %d", seed).isEmpty();
            assertThat(breaks).as("seed %d", seed).isZero();
            assertThat(new HashSet<>(evidence.kept())).as("seed %d", seed).isEqualTo(written);
            evidence.kept().clear();
        }
    }

    /** Somebody takes the guardrail's disk back to an older state and has it tell another history from there. */
    @Test
    void aReplicaThatRemembersFindsHistoryWrittenAnew() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            // Given
            Random random = new Random(seed);
            EvidenceRequests replica = replica();
            evidence.found().clear();
            List<byte[]> trail = TestTrail.lines(TestTrail.BOOT, 30);
            List<byte[]> fiction = TestTrail.lines(TestTrail.BOOT, 60, "fiction");
            int acknowledged = 2 + random.nextInt(28);
            take(replica, new EvidenceBatch(TestTrail.BOOT, null, trail.subList(0, acknowledged)));

            // When
            String word = null;
            for (int from = 0, to; from < 60; from = to) {
                to = Math.min(60, from + 1 + random.nextInt(20));
                word = take(replica, new EvidenceBatch(TestTrail.BOOT, word, fiction.subList(from, to)))
                        .acknowledgement();
            }

            // Then
            assertThat(evidence.found()).as("seed %d", seed)
                    .containsExactly(new Rewritten(TestTrail.BOOT, acknowledged - 1));
        }
    }

    @Test
    void remembersTheLastBootsOfAPodAlone() throws Exception {
        // Given
        EvidenceRequests replica = replica();
        for (int i = 0; i < 20; i++) {
            String boot = TestTrail.boot(i);
            take(replica, new EvidenceBatch(boot, null, TestTrail.lines(boot, 3)));
        }

        // When
        for (int boot : new int[]{19, 0}) {
            take(replica, new EvidenceBatch(
                    TestTrail.boot(boot), null, TestTrail.lines(TestTrail.boot(boot), 5).subList(3, 5)));
        }

        // Then
        assertThat(evidence.found()).hasSize(1)
                .allSatisfy(finding -> assertThat(finding.boot()).isEqualTo(TestTrail.boot(0)));
    }

    @Test
    void remembersNoPodThatIsGoneBeforeItsLinesAreKept() throws Exception {
        // Given
        EvidenceRequests replica = replica();
        directory.remove(POD);

        // When
        take(replica, new EvidenceBatch(TestTrail.BOOT, null, TestTrail.lines(TestTrail.BOOT, 3)));

        // Then
        assertThat(replica.remembered()).isZero();
    }
}
