package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guardrail that dies at any moment: what was executed by then is in the audit trail, and its successor decides on. */
class KilledGuardrailTest {
    private static final long SEED = Long.getLong("chaperone.kill.seed", 1);
    private static final int CALLS = 10_000;
    private static final int CLIENTS = 6;
    private static final int KILLS = 4;
    private static final int DENIED_EACH = 4;
    private static final int MAX_DELAY_NANOS = 3_000_000;
    private static final long WAIT = TimeUnit.SECONDS.toNanos(120);

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger further = new AtomicInteger(CALLS);
    private final Set<String> allowedAnswers = ConcurrentHashMap.newKeySet();
    private final Set<String> deniedAnswers = ConcurrentHashMap.newKeySet();
    private volatile GuardrailProcess guardrail;

    @Test
    void whenever_it_is_killed_what_was_executed_is_in_its_trail_and_its_successor_serves() throws Exception {
        // Given
        Path audit = directory.resolve("state").resolve("audit.jsonl");
        Path bundle = Files.createDirectory(directory.resolve("config")).resolve("bundle.json");
        Witness witness = new Witness(audit);
        try (ToolServer server = new ToolServer();
                ExecutorService clients = Executors.newFixedThreadPool(CLIENTS, Thread.ofVirtual().factory())) {
            server.forgets();
            server.witnessedBy(witness);
            Files.write(bundle, TestConfigs.bundle(server.port()));
            guardrail = GuardrailProcess.start(directory);
            // From now on there is the last good config only.
            Files.delete(bundle);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(this::client));
            }

            // When
            for (int kill = 0; kill < KILLS; kill++) {
                killAfter((kill * CALLS + random.nextInt(CALLS)) / (KILLS + 1));
                if (kill % 2 == 1) {
                    tear(audit);
                }
                guardrail = GuardrailProcess.start(directory);
                awaitServing();
            }
            for (Future<?> client : running) {
                client.get();
            }
        } finally {
            if (guardrail != null) {
                guardrail.close();
            }
        }

        // Then
        AuditTrail trail = AuditTrail.read(audit);
        List<String> allows = digests(trail, "Allow");
        List<String> executed = witness.executed().stream().map(Witness.Call::arguments).toList();
        System.out.printf("kills: seed %d, %d calls, %d allowed, %d executed, %d and %d answered%n", SEED, CALLS,
                allows.size(), executed.size(), allowedAnswers.size(), deniedAnswers.size());
        assertThat(witness.violations()).isEmpty();
        assertThat(trail.problems()).isEmpty();
        assertThat(trail.tornWithinBoots()).isEmpty();
        assertThat(trail.boots()).isEqualTo(KILLS + 1);
        assertThat(allows).doesNotHaveDuplicates().containsAll(executed);
        assertThat(executed).doesNotHaveDuplicates().containsAll(allowedAnswers);
        assertThat(digests(trail, "Deny")).doesNotHaveDuplicates().containsAll(deniedAnswers);
        assertThat(executed.size() + deniedAnswers.size()).isGreaterThan(CALLS / 2);
    }

    private void killAfter(int calls) throws Exception {
        long deadline = System.nanoTime() + WAIT;
        while (sent.get() < calls) {
            assertThat(System.nanoTime()).as("%d calls", calls).isLessThan(deadline);
            Thread.sleep(1);
        }
        LockSupport.parkNanos(random.nextInt(MAX_DELAY_NANOS));
        assertThat(guardrail.process().isAlive()).isTrue();
        guardrail.kill();
    }

    /** The kernel finishes what it was asked to write; a machine that loses its power does not. */
    private void tear(Path audit) throws IOException {
        String line = Files.readAllLines(audit).getLast();
        Files.writeString(audit, line.substring(0, 1 + random.nextInt(line.length() - 1)), StandardOpenOption.APPEND);
    }

    private void awaitServing() throws Exception {
        long deadline = System.nanoTime() + WAIT;
        for (String tool : List.of("read_file", "delete_file")) {
            boolean answered = false;
            while (!answered) {
                assertThat(System.nanoTime()).as("%s is answered", tool).isLessThan(deadline);
                try (Agent agent = connected()) {
                    answered = call(agent, further.getAndIncrement(), tool);
                }
            }
        }
    }

    private Void client() throws Exception {
        Agent agent = connected();
        for (int number = sent.getAndIncrement(); number < CALLS; number = sent.getAndIncrement()) {
            if (!call(agent, number, number % DENIED_EACH == 0 ? "delete_file" : "read_file")) {
                agent.close();
                agent = connected();
            }
        }
        agent.close();
        return null;
    }

    /** Waits for a guardrail that listens, so that no call is spent on one that is dead. */
    private Agent connected() throws Exception {
        long deadline = System.nanoTime() + WAIT;
        while (true) {
            try {
                return new Agent(guardrail.address());
            } catch (IOException e) {
                assertThat(System.nanoTime()).as("the guardrail is back").isLessThan(deadline);
                Thread.sleep(10);
            }
        }
    }

    /** Sends a call that is like no other, once; says whether it was answered. */
    private boolean call(Agent agent, int number, String tool) {
        RawHttp.Message answer;
        try {
            answer = agent.exchange(Request.call("files", tool, "{\"n\":" + number + "}"));
        } catch (IOException e) {
            return false;
        }
        if (answer == null || !answer.whole()) {
            return false;
        }
        boolean denied = tool.equals("delete_file");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains(denied ? "policy_denied" : "\"done\"");
        (denied ? deniedAnswers : allowedAnswers).add(
                Digests.of(CanonicalJson.bytes(JsonNodeFactory.instance.objectNode().put("n", number))));
        return true;
    }

    private static List<String> digests(AuditTrail trail, String verdict) {
        return trail.decisions().stream()
                .filter(decision -> decision.path("verdict").asText().equals(verdict))
                .map(decision -> decision.path("args").asText())
                .toList();
    }
}
