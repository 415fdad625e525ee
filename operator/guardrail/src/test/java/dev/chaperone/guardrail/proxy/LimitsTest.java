package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that are slow, greedy or many: what they cost is bounded, and the next agent is served. */
@Timeout(120)
class LimitsTest {
    private static final String HELD = "chaperone_guardrail_held_bytes";
    private static final Limits LIMITS = Rig.smallLimits();

    @RegisterExtension
    final Rig rig = new Rig(LIMITS);

    private static Request call() {
        return Request.call("files", "read_file", "{}");
    }

    /** Where a machine that stands still for a moment does not make an agent one that sends too slowly. */
    private static Rig patient(long heldBytes) throws Exception {
        Rig rig = new Rig(new Limits(LIMITS.bodyBytes(), LIMITS.answerBytes(), heldBytes, 8,
                LIMITS.headTimeout().multipliedBy(100), LIMITS.bodyTimeout().multipliedBy(100),
                LIMITS.idleTimeout().multipliedBy(100), LIMITS.connectTimeout().multipliedBy(100),
                LIMITS.lookTimeout().multipliedBy(100), LIMITS.drainTimeout()));
        rig.beforeEach(null);
        return rig;
    }

    private void assertServes() throws Exception {
        rig.server().answers(ToolServer::sensible);
        assertThat(rig.exchange(call()).status()).isEqualTo(200);
    }

    private static boolean isGone(Agent agent) {
        try {
            agent.send(" ");
            return agent.socket().getInputStream().available() < 0;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    @Test
    void a_connection_that_sends_nothing_is_closed() throws Exception {
        try (Agent agent = rig.agent()) {
            // When
            boolean closed = agent.isClosed();

            // Then
            assertThat(closed).isTrue();
        }
    }

    @Test
    void an_agent_that_is_still_sending_reads_why_it_was_refused() throws Exception {
        // Given
        Rig patient = patient(LIMITS.heldBytes());
        try (Agent agent = patient.agent()) {
            agent.send(call().openHead() + "Content-Length: 50000\r\n\r\n");
            Rig.await("the refusal", () -> agent.available() > 0);

            // When
            agent.send(new byte[25_000]).send(new byte[25_000]);

            // Then
            RawHttp.Message refusal = agent.receive();
            assertThat(refusal.status()).isEqualTo(413);
            assertThat(refusal.whole()).isTrue();
            assertThat(agent.isClosed()).isTrue();
        }
        patient.assertNothingReachedTheServer();
        patient.afterEach(null);
    }

    @Test
    void an_agent_that_sends_on_after_its_refusal_is_closed() throws Exception {
        // Given
        try (Agent agent = rig.agent()) {
            agent.send(call().openHead() + "Content-Length: 50000000\r\n\r\n");

            // When
            long start = System.nanoTime();
            while (!isGone(agent)) {
                Thread.sleep(20);
            }

            // Then
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(20_000);
        }
        assertServes();
    }

    @Test
    void slow_loris_in_the_head_is_closed() throws Exception {
        // Given
        String head = call().openHead();

        try (Agent agent = rig.agent()) {
            // When
            long start = System.nanoTime();
            int sent = 0;
            while (!isGone(agent) && sent < head.length()) {
                agent.sendWhatIsTaken(head.substring(sent, ++sent).getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(20);
            }

            // Then
            assertThat(sent).isLessThan(head.length());
            assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(20_000);
        }
    }

    @Test
    void slow_loris_in_the_body_is_closed_and_nothing_is_executed() throws Exception {
        // Given
        Request request = call();

        try (Agent agent = rig.agent()) {
            agent.send(request.openHead() + "Content-Length: " + request.body().length + "\r\n\r\n");

            // When
            int sent = 0;
            while (!isGone(agent) && sent < request.body().length - 2) {
                agent.sendWhatIsTaken(new byte[]{request.body()[sent++]});
                Thread.sleep(20);
            }

            // Then
            assertThat(sent).isLessThan(request.body().length - 2);
        }
        rig.assertNothingReachedTheServer();
        assertServes();
    }

    @Test
    void connections_beyond_the_limit_are_closed_and_room_is_made_again() throws Exception {
        // Given
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < LIMITS.connections(); i++) {
            agents.add(rig.agent());
        }
        agents.getLast().exchange(call());

        // When
        boolean refused;
        try (Agent oneMore = rig.agent()) {
            refused = oneMore.isClosed();
        }

        // Then
        assertThat(refused).isTrue();
        for (Agent agent : agents) {
            agent.close();
        }
        Rig.await("room", () -> metric("chaperone_guardrail_connections") == 0);
        assertServes();
    }

    @Test
    void announced_bodies_cost_nothing_until_they_come() throws Exception {
        // Given
        Rig wide = new Rig(Limits.DEFAULT);
        wide.beforeEach(null);
        System.gc();
        long before = used();

        // When
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            agents.add(
                    wide.agent().send(call().openHead() + "Content-Length: " + Limits.DEFAULT.bodyBytes() + "\r\n\r\n"
                            + "{"));
        }
        Rig.await("100 heads", () -> wide.metricOr(HELD) >= 100);
        System.gc();

        // Then
        assertThat(used() - before).isLessThan(30L << 20);
        for (Agent agent : agents) {
            agent.close();
        }
        wide.afterEach(null);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private double metric(String name) {
        return rig.metricOr(name);
    }

    @Test
    void bodies_beyond_what_may_be_held_together_are_refused_and_then_taken_again() throws Exception {
        // Given
        String most = "x".repeat(LIMITS.bodyBytes() - 100);
        List<Agent> agents = new ArrayList<>();
        Rig roomy = patient(3L * LIMITS.bodyBytes());
        for (int i = 0; i < 3; i++) {
            agents.add(roomy.agent()
                    .send(call().openHead() + "Content-Length: " + LIMITS.bodyBytes() + "\r\n\r\n" + most));
        }
        Rig.await("held bytes", () -> roomy.metricOr(HELD) == 3 * most.length());

        // When
        RawHttp.Message refused = roomy.exchange(Request.call("files", "read_file",
                "{\"x\":\"" + "y".repeat(1000) + "\"}"));

        // Then
        assertThat(refused.status()).isEqualTo(503);
        for (Agent agent : agents) {
            agent.close();
        }
        Rig.await("no held bytes", () -> roomy.metricOr(HELD) == 0);
        assertThat(roomy.exchange(call()).status()).isEqualTo(200);
        roomy.afterEach(null);
    }

    @Test
    void row16_an_event_that_is_too_large_is_withheld_and_its_call_answered() throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.stream(
                "data: " + "x".repeat(LIMITS.answerBytes()) + "\n\n").end());

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.text()).startsWith("data: {").contains("\"id\":1").contains("too large")
                .doesNotContain("xxx");
        assertThat(rig.outcomes(1)).containsExactly("withheld");
        assertServes();
    }

    @Test
    void row16_unfinished_events_of_many_streams_are_bounded_together() throws Exception {
        // Given
        int event = LIMITS.answerBytes() - 1000;
        int fits = (int) (LIMITS.heldBytes() / event);
        rig.server().answers(exchange -> {
            exchange.stream().chunk("data: " + "x".repeat(event));
            Thread.sleep(20_000);
        });
        List<Agent> agents = new ArrayList<>();

        // When
        for (int i = 0; i < LIMITS.connections() - 1; i++) {
            agents.add(rig.agent().send(call()));
        }

        // Then
        int tooMany = LIMITS.connections() - 1 - fits;
        assertThat(rig.outcomes(tooMany)).hasSize(tooMany).containsOnly("withheld");
        assertThat(rig.metric(HELD)).isBetween((double) event, (double) LIMITS.heldBytes());
        for (Agent agent : agents) {
            agent.close();
        }
        Rig.await("no held bytes", () -> metric(HELD) == 0);
    }

    @Test
    void row17_a_list_that_is_too_large_to_be_cut_is_withheld() throws Exception {
        // Given
        rig.server().answers(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                exchange.chunk("{\"tools\":[" + " ".repeat(4000));
            }
        });

        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", "tools/list"));

        // Then
        assertThat(answer.status()).isEqualTo(502);
        Rig.await("the upstream connection's end", () -> rig.server().openConnections() == 0);
        assertServes();
    }

    @Test
    void row17_a_body_without_end_that_does_not_concern_the_agent_is_given_up() throws Exception {
        // Given
        rig.server().answers(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                exchange.chunk("x".repeat(4000));
            }
        });

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(502);
        Rig.await("the upstream connection's end", () -> rig.server().openConnections() == 0);
    }

    @Test
    void an_agent_that_reads_no_answers_is_asked_for_no_more_of_them() throws Exception {
        // Given
        String tools = "{\"name\":\"read_file\",\"description\":\"" + "x".repeat(12_000) + "\"}";
        rig.server().answers(exchange -> exchange.whole(200, "application/json", "",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" + tools + "]}}"));
        int answered = 0;

        // When
        try (Agent agent = new Agent(rig.guardrail().address(), 4 << 10)) {
            while (answered < 5_000 && isAnswered(agent, answered + 1)) {
                answered++;
            }
        }

        // Then
        assertThat(answered).isLessThan(5_000);
        Rig.await("no held bytes", () -> rig.metricOr(HELD) == 0);
        assertServes();
    }

    private boolean isAnswered(Agent agent, int count) throws Exception {
        agent.sendWhatIsTaken(Request.rpc("files", "tools/list").bytes());
        for (int i = 0; i < 500 && rig.server().received().size() < count; i++) {
            Thread.sleep(1);
        }
        return rig.server().received().size() >= count;
    }

    @Test
    void health_is_told_while_others_hold_all_connections_that_it_gives_them() throws Exception {
        // Given
        List<Agent> idle = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            idle.add(new Agent(rig.guardrail().adminAddress()));
        }

        // When
        long refused = 0;
        for (Agent agent : idle.subList(100, 200)) {
            refused += agent.isClosed() ? 1 : 0;
        }

        // Then
        assertThat(refused).isEqualTo(100);
        for (Agent agent : idle) {
            agent.close();
        }
        Rig.await("health", () -> rig.metricOr(HELD) == 0);
    }

    @Test
    void row17_endless_json_goes_at_the_pace_of_a_slow_reader_and_ends_with_it() throws Exception {
        assertPaced("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                "[1,2,3,4,5,6,7,8],".repeat(200), "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":[");
    }

    @Test
    void row16_endless_comments_go_at_the_pace_of_a_slow_reader_and_end_with_it() throws Exception {
        assertPaced("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
                ": keep alive\n".repeat(300), ":\n");
    }

    private void assertPaced(String head, String endless, String first) throws Exception {
        // Given
        AtomicLong sent = new AtomicLong();
        rig.server().answers(exchange -> {
            exchange.socket().setSendBufferSize(16 << 10);
            exchange.write(head).chunk(first);
            while (true) {
                exchange.chunk(endless);
                sent.addAndGet(endless.length());
            }
        });

        // When
        try (Agent agent = new Agent(rig.guardrail().address(), 8 << 10)) {
            agent.send(call());
            agent.receiveHead();
            long paused = pause(sent);

            // Then
            assertThat(paused).isLessThan(16L << 20);
            agent.in().readNBytes(4 << 20);
            Rig.await("more, now that the agent has read", () -> sent.get() > paused + (1 << 20));
        }
        Rig.await("the upstream connection's end", () -> rig.server().openConnections() == 0);
        assertThat(rig.outcomes(1)).containsExactly("abandoned");
    }

    // How much the server could send until nothing more was taken.
    private static long pause(AtomicLong sent) throws InterruptedException {
        long before = -1;
        while (sent.get() != before) {
            before = sent.get();
            Thread.sleep(300);
        }
        return before;
    }

    @Test
    void a_refusal_arrives_although_the_agent_goes_on_sending() throws Exception {
        // Given
        byte[] huge = new byte[4 << 20];
        String head = call().openHead() + "Content-Length: " + huge.length + "\r\n\r\n";
        Rig patient = patient(LIMITS.heldBytes());

        for (int i = 0; i < 20; i++) {
            try (Agent agent = patient.agent().send(head)) {
                // When
                RawHttp.Message answer = agent.sendWhatIsTaken(huge).receive();

                // Then
                assertThat(answer).isNotNull();
                assertThat(answer.status()).isEqualTo(413);
            }
        }
        patient.afterEach(null);
    }
}
