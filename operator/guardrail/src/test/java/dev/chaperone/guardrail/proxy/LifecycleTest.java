package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.guardrail.Guardrail;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Row 32 and the faults of the design: agents that leave, configs that come and change, a guardrail that stops. */
@Timeout(180)
class LifecycleTest {
    @RegisterExtension
    final Rig rig = new Rig(Rig.smallLimits());

    private static Request call() {
        return Request.call("files", "read_file", "{}");
    }

    /** For whom a machine that stands still for a moment has not waited too long. */
    private static Rig patient() throws Exception {
        Rig rig = new Rig();
        rig.beforeEach(null);
        return rig;
    }

    private static Rig unconfigured() throws Exception {
        Rig rig = new Rig(Rig.smallLimits(), false);
        rig.beforeEach(null);
        return rig;
    }

    @Test
    void row32_when_the_agent_leaves_the_upstream_connection_is_closed() throws Exception {
        // Given
        CountDownLatch ended = new CountDownLatch(1);
        rig.server().answers(exchange -> {
            assertThat(exchange.socket().getInputStream().read()).isNegative();
            ended.countDown();
        });
        Agent agent = rig.agent().send(call());
        Rig.await("the call", () -> rig.executed().size() == 1);

        // When
        agent.close();

        // Then
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(rig.outcomes(1)).containsExactly("abandoned");
    }

    @Test
    void row32_when_the_agent_leaves_a_stream_ends_for_the_server_at_once() throws Exception {
        // Given
        CountDownLatch broken = new CountDownLatch(1);
        rig.server().answers(exchange -> {
            exchange.stream();
            try {
                while (true) {
                    exchange.chunk(":\n\n");
                    Thread.sleep(20);
                }
            } finally {
                broken.countDown();
            }
        });
        Agent agent = rig.agent().send(call());
        agent.receiveHead();

        // When
        agent.close();

        // Then
        assertThat(broken.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(rig.outcomes(1)).containsExactly("abandoned");
    }

    @Test
    void an_agent_that_resets_its_connection_leaves_nothing_behind() throws Exception {
        // Given
        rig.server().answers(exchange -> Thread.sleep(60_000));

        // When
        for (int i = 0; i < 30; i++) {
            Agent agent = rig.agent().send(call());
            agent.socket().setSoLinger(true, 0);
            agent.close();
        }

        // Then
        Rig.await("no connections", () -> rig.metricOr("chaperone_guardrail_connections") == 0);
        Rig.await("no held bytes", () -> rig.metricOr("chaperone_guardrail_held_bytes") == 0);
        int forwarded = rig.executed().size();
        assertThat(rig.outcomes(forwarded)).containsOnly("abandoned");
    }

    @Test
    void without_a_config_every_request_is_refused_as_not_ready() throws Exception {
        // Given
        Rig empty = unconfigured();

        // When
        RawHttp.Message call = empty.exchange(call());
        RawHttp.Message list = empty.exchange(Request.rpc("files", "tools/list"));
        RawHttp.Message stream = empty.exchange(Request.get("files"));

        // Then
        assertThat(call.text()).contains("not_ready").contains("\"isError\":true");
        assertThat(list.status()).isEqualTo(503);
        assertThat(stream.status()).isEqualTo(503);
        assertThat(empty.guardrail().ready()).isFalse();
        empty.assertNothingReachedTheServer();
        empty.afterEach(null);
    }

    @Test
    void a_config_that_cannot_be_loaded_changes_nothing() throws Exception {
        // Given
        byte[] good = TestConfigs.bundle(rig.server().port(), "next");
        byte[] damaged = good.clone();
        damaged[good.length / 2] ^= 1;

        // When
        boolean taken = rig.offer(damaged) || rig.offer(new byte[0]) || rig.offer("{}".getBytes(
                java.nio.charset.StandardCharsets.UTF_8));

        // Then
        assertThat(taken).isFalse();
        assertThat(rig.exchange(call()).status()).isEqualTo(200);
    }

    @Test
    void calls_under_way_while_configs_change_are_each_decided_under_exactly_one_revision() throws Exception {
        // Given
        int revisions = 20;
        List<byte[]> bundles = new ArrayList<>();
        for (int i = 0; i < revisions; i++) {
            bundles.add(TestConfigs.bundle(rig.server().port(), "g" + i));
        }
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor();
        List<Future<Integer>> counts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            counts.add(agents.submit(() -> {
                int count = 0;
                try (Agent agent = rig.agent()) {
                    while (!stop.get()) {
                        assertThat(agent.exchange(call()).status()).isEqualTo(200);
                        count++;
                    }
                }
                return count;
            }));
        }

        Rig.await("calls under the first", () -> rig.executed().size() >= counts.size());

        // When
        for (byte[] bundle : bundles) {
            assertThat(rig.offer(bundle)).isTrue();
            Thread.sleep(10);
        }
        int before = rig.executed().size();
        Rig.await("a call under the last", () -> rig.executed().size() > before + counts.size());
        stop.set(true);

        // Then
        int calls = 0;
        for (Future<Integer> count : counts) {
            calls += count.get();
        }
        agents.close();
        List<JsonNode> decisions = rig.trail().decisions();
        assertThat(decisions).hasSize(calls);
        assertThat(decisions).allMatch(line -> line.path("verdict").asText().equals("Allow")
                && line.path("revision").asText().startsWith("sha256:"));
        Set<String> seen = decisions.stream().map(line -> line.path("revision").asText()).collect(Collectors.toSet());
        assertThat(seen.size()).isBetween(2, revisions + 1);
    }

    @Test
    void a_guardrail_that_stops_lets_calls_under_way_end_and_takes_no_more() throws Exception {
        // Given
        Rig patient = patient();
        CountDownLatch answer = new CountDownLatch(1);
        patient.server().answers(exchange -> {
            answer.await();
            ToolServer.sensible(exchange);
        });
        Guardrail guardrail = patient.guardrail();
        try (Agent idle = patient.agent(); Agent busy = patient.agent().send(call())) {
            Rig.await("the call", () -> patient.executed().size() == 1);

            // When
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    guardrail.close();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Rig.await("not ready", () -> !guardrail.ready());
            Thread.sleep(200);
            answer.countDown();

            // Then
            RawHttp.Message last = busy.receive();
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.whole()).isTrue();
            assertThat(busy.isClosed()).isTrue();
            assertThat(idle.isClosed()).isTrue();
            stopping.join();
        }
        assertThat(patient.trail().outcomes()).containsExactly("answered");
        patient.afterEach(null);
    }

    @Test
    void a_guardrail_that_stops_does_not_wait_for_streams_that_never_end() throws Exception {
        // Given
        Rig patient = patient();
        patient.server().answers(exchange -> {
            exchange.stream();
            Thread.sleep(60_000);
        });
        try (Agent legacy = patient.agent().send(Request.get("files"));
                Agent modern = patient.agent().send(Request.modern("files", "subscriptions/listen", ""))) {
            legacy.receiveHead();
            modern.receiveHead();

            // When
            long start = System.nanoTime();
            patient.guardrail().close();

            // Then
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(
                    Limits.DEFAULT.drainTimeout().toMillis());
        }
        patient.afterEach(null);
    }

    @Test
    void a_call_that_outlasts_the_drain_is_recorded_all_the_same() throws Exception {
        // Given
        rig.server().answers(exchange -> Thread.sleep(60_000));
        try (Agent agent = rig.agent().send(call())) {
            Rig.await("the call", () -> rig.executed().size() == 1);

            // When
            rig.guardrail().close();

            // Then
            assertThat(agent.isClosed()).isTrue();
        }
        assertThat(rig.trail().outcomes()).hasSize(1).containsAnyOf("abandoned", "failed");
    }

    @Test
    void a_session_that_was_ended_stays_ended_after_a_restart() throws Exception {
        // Given
        rig.exchange(Request.call("files", "end_session", "{}"));

        // When
        rig.restart();

        // Then
        assertThat(rig.exchange(call()).text()).contains("session_ended");
        assertThat(rig.trail().boots()).isEqualTo(2);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void session_ids_of_mcp_outlive_a_restart() throws Exception {
        // Given
        String id = rig.exchange(Request.rpc("files", "initialize")).header("mcp-session-id");

        // When
        rig.restart();

        // Then
        assertThat(rig.exchange(call().with("Mcp-Session-Id", id)).status()).isEqualTo(200);
        assertThat(rig.server().received().getLast().header("mcp-session-id")).isEqualTo("upstream-session-1");
    }
}
