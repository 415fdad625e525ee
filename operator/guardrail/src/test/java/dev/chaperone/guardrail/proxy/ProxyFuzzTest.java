package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whatever agents and tool servers send each other through the guardrail, nothing runs without its decision, nothing is
 * left behind, and the next call is served. What a batch sends depends on its seed alone, but for session ids: one that
 * failed is the first of a run with {@code -Dchaperone.fuzz.seed=} and the seed that the failure names.
 */
class ProxyFuzzTest {
    private static final long SEED = Long.getLong("chaperone.fuzz.seed", 1);
    private static final int MINUTES = Integer.getInteger("chaperone.fuzz.minutes", 0);
    private static final int BATCHES = MINUTES == 0 ? 5 : 40;
    private static final int ATTEMPTS = 300;
    private static final int AT_ONCE = 24;
    private static final long WAIT = TimeUnit.SECONDS.toNanos(120);
    private static final long MAX_GROWTH = 48L << 20;
    private static final int MAX_MORE_THREADS = 4;
    private static final Limits LIMITS = new Limits(32 << 10, 64 << 10, 1 << 20, 128, Duration.ofSeconds(1),
            Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(1),
            Duration.ofSeconds(5));

    private final Map<Integer, Integer> answers = new TreeMap<>();
    private long seed = SEED;
    private int attempts;
    private int executed;

    private record Footprint(long heap, long direct, long threads) {
        static Footprint now() {
            System.gc();
            System.gc();
            long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
            // Carriers of virtual threads belong to the test: file access has more of them made.
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !thread.getName().startsWith("ForkJoinPool"))
                    .count();
            return new Footprint(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), direct, threads);
        }
    }

    @Test
    void nothing_runs_undecided_and_nothing_is_left_behind_whatever_the_peers_send() throws Exception {
        // Given
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        LeakCounter.reset();
        try (ExecutorService agents = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            // When
            do {
                round(agents);
                System.out.printf("fuzz: seeds %d to %d, %d attempts, %d calls executed, answers %s%n", SEED, seed - 1,
                        attempts, executed, answers);
            } while (System.nanoTime() < end);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }

        // Then
        assertThat(answers.keySet()).contains(200, 400, 502);
        assertThat(executed).isGreaterThan(attempts / 20);
    }

    /** One guardrail, from its start to the end of its audit trail. */
    private void round(ExecutorService agents) throws Exception {
        Rig rig = new Rig(LIMITS);
        rig.beforeEach(null);
        try {
            batch(rig, agents);
            // What is made once for all requests is there now.
            Footprint first = Footprint.now();
            for (int i = 1; i < BATCHES; i++) {
                batch(rig, agents);
            }
            await("connections to the tool server", () -> rig.server().openConnections() == 0);
            Footprint last = Footprint.now();
            assertThat(last.heap() - first.heap()).as("growth of the heap").isLessThan(MAX_GROWTH);
            assertThat(last.direct() - first.direct()).as("growth of direct memory").isLessThan(MAX_GROWTH);
            await("threads", () -> Footprint.now().threads() <= first.threads() + MAX_MORE_THREADS);
            assertThat(LeakCounter.leaks()).as("buffers nobody released").isEmpty();
        } catch (Exception | AssertionError e) {
            // What is found at the end must not hide which seed it came of.
            try {
                rig.afterEach(null);
            } catch (Exception | AssertionError also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        rig.afterEach(null);
    }

    private void batch(Rig rig, ExecutorService agents) throws Exception {
        rig.server().forgets();
        Map<String, String> sessions = new HashMap<>();
        for (String server : List.of("files", "shop", "wide", "typed")) {
            await("a session", () -> {
                RawHttp.Message answer = answer(rig, Request.rpc(server, "initialize"));
                return answer != null && sessions.put(server, answer.header("mcp-session-id")) == null;
            });
        }
        rig.server().answers(new AnswerFuzz(seed));
        SplittableRandom seeds = new SplittableRandom(seed);
        List<Callable<FuzzAgent.Result>> tasks = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS; i++) {
            long each = seeds.nextLong();
            tasks.add(() -> FuzzAgent.run(rig.guardrail().address(), RequestFuzz.attempt(each, sessions)));
        }
        List<String> faults = new ArrayList<>();
        for (Future<FuzzAgent.Result> result : agents.invokeAll(tasks)) {
            result.get().statuses().forEach(status -> answers.merge(status, 1, Integer::sum));
            faults.addAll(result.get().faults());
        }
        assertThat(faults).as("seed %d", seed).isEmpty();
        await("connections of agents", () -> rig.metricOr("chaperone_guardrail_connections") == 0);
        await("held bytes", () -> rig.metricOr("chaperone_guardrail_held_bytes") == 0);
        attempts += ATTEMPTS;
        executed += rig.executed().size();
        rig.server().answers(ToolServer::sensible);
        await("an allowed call is answered", () -> answered(rig, "read_file").contains("\"done\""));
        await("a denied call is denied", () -> answered(rig, "delete_file").contains("policy_denied"));
        assertThat(rig.witnessed()).as("seed %d", seed).isEmpty();
        rig.forgetExecutions();
        seed++;
    }

    private static String answered(Rig rig, String tool) {
        RawHttp.Message answer = answer(rig, Request.call("files", tool, "{}"));
        return answer == null || answer.status() != 200 ? "" : answer.text();
    }

    /** Null when there is none, as to an agent that was too slow. */
    private static RawHttp.Message answer(Rig rig, Request request) {
        try {
            return rig.exchange(request);
        } catch (IOException e) {
            return null;
        }
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + WAIT;
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%s, up to seed %d", what, seed).isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
