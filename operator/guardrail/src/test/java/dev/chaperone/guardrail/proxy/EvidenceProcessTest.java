package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.guardrail.config.TestOperator;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guardrails in processes of their own that are killed, stopped and cut off: what the operator has in the end. */
@Timeout(600)
class EvidenceProcessTest {
    private static final long SEED = Long.getLong("chaperone.kill.seed", 1);
    private static final int CALLS = Integer.getInteger("chaperone.kill.calls", 2_000);
    private static final int KILLS = Integer.getInteger("chaperone.kill.kills", 3);
    private static final int CLIENTS = 4;
    private static final int DENIED_EACH = 4;
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final AtomicInteger sent = new AtomicInteger();
    private final Set<String> allowedAnswers = ConcurrentHashMap.newKeySet();
    private final Set<String> deniedAnswers = ConcurrentHashMap.newKeySet();
    private TestOperator operator;
    private ToolServer server;
    private Witness witness;
    private volatile GuardrailProcess guardrail;

    @BeforeEach
    void prepare() throws IOException {
        operator = new TestOperator();
        server = new ToolServer();
        server.forgets();
        witness = new Witness(directory.resolve("state/audit.jsonl"));
        server.witnessedBy(witness);
        Files.writeString(directory.resolve("token"), "token-1");
        Files.createDirectories(directory.resolve("state"));
        GuardrailConfigSpec config = TestConfigs.config(server.port(), "first");
        operator.gives(config.revision(), BundleCodec.write(new Bundle(config, new TreeMap<>())));
    }

    @AfterEach
    void stop() throws IOException {
        if (guardrail != null) {
            guardrail.close();
        }
        server.close();
        operator.close();
    }

    private void start() throws Exception {
        guardrail = GuardrailProcess.start(directory, Map.of(
                "CHAPERONE_CHANNEL_URL", operator.url().toString(),
                "CHAPERONE_CHANNEL_CA", TestOperator.authority(),
                "CHAPERONE_TOKEN_FILE", directory.resolve("token").toString(),
                "CHAPERONE_SPOOL_DIRECTORY", directory.resolve("spool").toString(),
                "CHAPERONE_POD_NAMESPACE", "dev",
                "CHAPERONE_POD_NAME", "coder-1"));
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(2);
        }
    }

    @Test
    void whenever_it_is_killed_or_cut_off_the_operator_has_every_decision_in_the_end() throws Exception {
        // Given
        start();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS, Thread.ofVirtual().factory())) {
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(this::client));
            }

            // When
            for (int kill = 0; kill < KILLS; kill++) {
                int at = (kill * CALLS + random.nextInt(CALLS)) / (KILLS + 1);
                await(at + " calls", () -> sent.get() >= at);
                boolean cutOff = kill % 2 == 0;
                if (cutOff) {
                    operator.fails(exchange -> exchange.getRequestURI().getPath().equals(ChannelPaths.EVIDENCE));
                }
                Thread.sleep(random.nextInt(600));
                guardrail.kill();
                start();
                operator.fails(TestOperator.Fault.NONE);
            }
            guardrail.signal("STOP");
            Thread.sleep(2_500);
            guardrail.signal("CONT");
            for (Future<?> client : running) {
                client.get();
            }
        }
        // What is left when it ends has some seconds only.
        await("nearly everything is sent", () -> {
            String last = Digests.of(Files.readAllLines(directory.resolve("state/audit.jsonl")).getLast().getBytes(
                    StandardCharsets.UTF_8));
            return operator.evidence().stream().anyMatch(line -> line.digest().equals(last));
        });
        guardrail.signal("TERM");
        assertThat(guardrail.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        // Then
        Map<String, AuditLine> lines = new TreeMap<>();
        operator.evidence().forEach(line -> lines.putIfAbsent(line.digest(), line));
        List<String> allows = digests(lines, "Allow");
        List<String> executed = witness.executed().stream().map(Witness.Call::arguments).toList();
        System.out.printf("evidence: seed %d, %d calls, %d kills, %d lines, %d sent again, %d allowed, %d executed%n",
                SEED, CALLS, KILLS, lines.size(), operator.evidence().size() - lines.size(), allows.size(),
                executed.size());
        assertThat(witness.violations()).isEmpty();
        assertThat(operator.breaks()).isEmpty();
        assertThat(unchained()).isEmpty();
        assertThat(allows).doesNotHaveDuplicates().containsAll(executed);
        assertThat(executed).containsAll(allowedAnswers);
        assertThat(digests(lines, "Deny")).containsAll(deniedAnswers);
        assertThat(executed.size() + deniedAnswers.size()).isGreaterThan(CALLS / 2);
        try (Spool left = Spool.open(SpoolSettings.of(directory.resolve("spool"), SpoolSettings.DEFAULT_BYTES),
                UUID.randomUUID().toString(), Clock.systemUTC())) {
            assertThat(left.waitingRecords()).isZero();
            assertThat(left.lostRecords()).isZero();
        }
    }

    /** Boots that do not come after the last line of the boot before, as the operator has it. */
    private List<String> unchained() {
        List<String> problems = new ArrayList<>();
        ChainPosition last = null;
        int boots = 0;
        for (AuditLine line : operator.evidence()) {
            if (line.sequence() == 0 && (last == null || !line.boot().equals(last.boot()))) {
                boots++;
                var after = line.record().path("after");
                ChainPosition named = after.isMissingNode()
                        ? null
                        : new ChainPosition(after.path("boot").asText(), after.path("seq").asLong(),
                                after.path("digest").asText());
                if (!java.util.Objects.equals(named, last)) {
                    problems.add(line.boot() + " comes after " + named + " and not after " + last);
                }
            }
            last = line.position();
        }
        if (boots != KILLS + 1) {
            problems.add(boots + " boots");
        }
        return problems;
    }

    private Void client() throws Exception {
        for (int number = sent.getAndIncrement(); number < CALLS; number = sent.getAndIncrement()) {
            try (Agent agent = connected()) {
                call(agent, number, number % DENIED_EACH == 0 ? "delete_file" : "read_file");
            } catch (IOException e) {
                // It was killed.
            }
        }
        return null;
    }

    /** Waits for a guardrail that listens, so that no call is spent on one that is dead. */
    private Agent connected() throws InterruptedException {
        while (true) {
            try {
                return new Agent(guardrail.address());
            } catch (IOException e) {
                Thread.sleep(10);
            }
        }
    }

    private void call(Agent agent, int number, String tool) throws Exception {
        RawHttp.Message answer = agent.exchange(Request.call("files", tool, "{\"n\":" + number + "}"));
        if (answer == null || !answer.whole()) {
            return;
        }
        if (answer.text().contains("not_ready")) {
            Thread.sleep(20);
            return;
        }
        boolean denied = tool.equals("delete_file");
        assertThat(answer.text()).contains(denied ? "policy_denied" : "\"done\"");
        (denied ? deniedAnswers : allowedAnswers).add(
                Digests.of(CanonicalJson.bytes(JsonNodeFactory.instance.objectNode().put("n", number))));
    }

    private static List<String> digests(Map<String, AuditLine> lines, String verdict) {
        return lines.values().stream().map(AuditLine::record)
                .filter(line -> line.path("verdict").asText().equals(verdict) && !line.has("why")
                        && !line.path("code").asText().equals("not_ready"))
                .map(line -> line.path("args").asText()).toList();
    }
}
