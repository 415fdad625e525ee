package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 13, 16 and 17 from the other side: tool servers whose HTTP is broken, cut short, compressed or without end. */
@Timeout(120)
class AnswerFramingTest {
    private static final String DONE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}";
    private static final String JSON = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    private static final String LENGTH = "Content-Length: " + DONE.length() + "\r\n\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNK = Integer.toHexString(DONE.length()) + "\r\n" + DONE + "\r\n";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static Request call() {
        return Request.call("files", "read_file", "{}");
    }

    static Stream<Arguments> fine() {
        return Stream.of(
                Arguments.of("length", JSON + LENGTH + DONE),
                Arguments.of("chunks", JSON + CHUNKED + CHUNK + "0\r\n\r\n"),
                Arguments.of("trailers", JSON + CHUNKED + CHUNK + "0\r\nX: y\r\n\r\n"),
                Arguments.of("100 first", "HTTP/1.1 100 Continue\r\n\r\n" + JSON + LENGTH + DONE),
                Arguments.of("103 first", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + JSON + LENGTH + DONE),
                Arguments.of("many 1xx first", "HTTP/1.1 102 Processing\r\n\r\n".repeat(50) + JSON + LENGTH + DONE),
                Arguments.of("identity coding", JSON + "Content-Encoding: identity\r\n" + LENGTH + DONE),
                Arguments.of("type in capitals", JSON.replace("application/json", "Application/JSON; charset=UTF-8")
                        + LENGTH + DONE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fine")
    void answers_arrive_whole_and_the_connection_serves_again(String what, String bytes) throws Exception {
        // Given
        rig.server().answersBytes(bytes);

        try (Agent agent = rig.agent()) {
            for (int i = 0; i < 3; i++) {
                // When
                RawHttp.Message answer = agent.exchange(call());

                // Then
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo(DONE);
                assertThat(answer.whole()).isTrue();
                assertThat(answer.all("content-type")).containsExactly("application/json");
            }
        }
        assertThat(rig.outcomes(3)).containsOnly("answered");
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("closes at once", ""), Arguments.of("closes in the head", "HTTP/1.1 200"),
                Arguments.of("closes after the head", JSON + LENGTH),
                Arguments.of("closes in the body", JSON + LENGTH + DONE.substring(0, 20)),
                Arguments.of("closes in a chunk", JSON + CHUNKED + CHUNK.substring(0, 20)),
                Arguments.of("closes between chunks", JSON + CHUNKED + CHUNK),
                Arguments.of("closes before the last CR LF", JSON + CHUNKED + CHUNK + "0\r\n"),
                Arguments.of("close ends JSON that is not whole", JSON + "\r\n" + DONE.substring(0, 20)),
                Arguments.of("bad chunk size", JSON + CHUNKED + "zz\r\n" + DONE + "\r\n0\r\n\r\n"),
                Arguments.of("chunk longer than its size", JSON + CHUNKED + "3\r\n" + DONE + "\r\n0\r\n\r\n"),
                Arguments.of("LF in the chunk size", JSON + CHUNKED + CHUNK.replace("\r\n{", "\n{") + "0\r\n\r\n"),
                Arguments.of("two lengths", JSON + "Content-Length: 3\r\n" + LENGTH + DONE),
                Arguments.of("length that is no number", JSON + "Content-Length: x\r\n\r\n" + DONE),
                Arguments.of("no HTTP", "hello\r\n\r\n"), Arguments.of("HTTP/2", "\0\0\0\4\0\0\0\0\0"),
                Arguments.of("status that is no number", "HTTP/1.1 abc X\r\n" + LENGTH + DONE),
                Arguments.of("switches protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        + "Connection: upgrade\r\n\r\n" + JSON + LENGTH + DONE),
                Arguments.of("endless head", "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(20_000) + LENGTH + DONE),
                Arguments.of("endless header",
                        "HTTP/1.1 200 OK\r\nX: " + "y".repeat(100_000) + "\r\n" + LENGTH + DONE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void answers_that_break_never_become_whole(String what, String bytes) throws Exception {
        // Given
        rig.server().answers(exchange -> {
            exchange.write(bytes);
            exchange.socket().close();
        });

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer == null || answer.status() == 502 || !answer.whole()).as(String.valueOf(answer)).isTrue();
        assertThat(rig.outcomes(1)).containsExactly("failed");
    }

    static Stream<Arguments> withheld() {
        return Stream.of(
                Arguments.of("status of four digits", JSON.replace("200", "2000") + LENGTH + DONE),
                Arguments.of("status of two digits", JSON.replace("200", "20") + LENGTH + DONE),
                Arguments.of("status of no class", JSON.replace("200", "999") + LENGTH + DONE),
                Arguments.of("gzip", JSON + "Content-Encoding: gzip\r\n" + LENGTH + DONE),
                Arguments.of("gzip beside identity", JSON + "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"
                        + LENGTH + DONE),
                Arguments.of("unknown coding", JSON + "Content-Encoding: x\r\n" + LENGTH + DONE),
                Arguments.of("redirect",
                        JSON.replace("200 OK", "307 X") + "Location: http://169.254.169.254/\r\n" + LENGTH
                                + DONE),
                Arguments.of("not modified", "HTTP/1.1 304 X\r\n\r\n"),
                Arguments.of("unauthorized", JSON.replace("200 OK", "401 X") + "WWW-Authenticate: Bearer\r\n" + LENGTH
                        + DONE),
                Arguments.of("forbidden", JSON.replace("200 OK", "403 X") + LENGTH + DONE),
                Arguments.of("two content types", JSON + "Content-Type: text/event-stream\r\n" + LENGTH + DONE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withheld")
    void answers_that_cannot_be_judged_are_withheld(String what, String bytes) throws Exception {
        // Given
        rig.server().answersBytes(bytes);

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.fields().toString()).doesNotContainIgnoringCase("location")
                .doesNotContainIgnoringCase("www-authenticate");
        assertThat(rig.outcomes(1)).containsExactly("withheld");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/plain", "application/octet-stream", "application/problem+json",
            "application/x-ndjson", "application/json-seq", ""})
    void bodies_of_types_that_nobody_judged_do_not_reach_the_agent(String type) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.whole(500, type, "", "<b>stack trace</b> sampling/createMessage"));

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("content-type")).isNull();
    }

    @Test
    void row13_bytes_after_an_answer_are_not_the_answer_to_the_next_request() throws Exception {
        // Given
        String planted = DONE.replace("content", "planted");
        AtomicInteger calls = new AtomicInteger();
        rig.server().answers(exchange -> {
            String extra = JSON + LENGTH + planted;
            exchange.write(JSON + LENGTH + DONE + (calls.incrementAndGet() == 1 ? extra : ""));
        });

        try (Agent agent = rig.agent()) {
            for (int i = 0; i < 3; i++) {
                // When
                RawHttp.Message answer = agent.exchange(call());

                // Then
                assertThat(answer.text()).doesNotContain("planted");
            }
        }
    }

    @Test
    void row13_an_answer_with_two_framings_does_not_leave_a_rest_for_the_next_request() throws Exception {
        // Given
        String both = JSON + "Content-Length: 3\r\n" + CHUNKED + CHUNK + "0\r\n\r\n";
        rig.server().answersBytes(both);

        try (Agent agent = rig.agent()) {
            for (int i = 0; i < 3; i++) {
                // When
                RawHttp.Message answer = agent.exchange(call());

                // Then
                assertThat(answer.status() == 502 || answer.text().equals(DONE)).isTrue();
            }
        }
    }

    @Test
    void answers_without_a_body_pass_as_they_are() throws Exception {
        for (int status : List.of(200, 202, 204, 400, 404, 405, 500, 503)) {
            // Given
            rig.server().answersBytes("HTTP/1.1 " + status + " X\r\n" + (status == 204 ? "" : "Content-Length: 0\r\n")
                    + "\r\n");

            // When
            RawHttp.Message answer = rig.exchange(call());

            // Then
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.whole()).isTrue();
            assertThat(answer.text()).isEmpty();
        }
    }

    @Test
    void row17_json_lines_pass_as_they_come() throws Exception {
        // Given
        String note = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n";
        rig.server().answers(exchange -> {
            exchange.write(JSON + CHUNKED).chunk(note).chunk(note);
            Thread.sleep(10_000);
        });

        try (Agent agent = rig.agent().send(Request.modern("files", "subscriptions/listen", ""))) {
            // When
            RawHttp.Message head = agent.receiveHead();

            // Then
            assertThat(head.status()).isEqualTo(200);
            byte[] first = agent.in().readNBytes(note.length() + 4);
            assertThat(new String(first, java.nio.charset.StandardCharsets.UTF_8)).contains(note);
        }
    }

    @Test
    void a_server_that_is_not_there_is_a_bad_gateway() throws Exception {
        // Given
        Rig own = new Rig();
        own.beforeEach(null);
        own.server().close();

        // When
        RawHttp.Message answer = own.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(502);
        assertThat(own.outcomes(1)).containsExactly("failed");
        own.afterEach(null);
    }

    @Test
    void a_server_that_closes_kept_connections_costs_no_call_twice() throws Exception {
        // Given
        rig.server().answers(exchange -> {
            exchange.write(JSON + LENGTH + DONE);
            exchange.socket().close();
        });

        // When
        try (Agent agent = rig.agent()) {
            for (int i = 0; i < 20; i++) {
                agent.exchange(call());
            }
        }

        // Then
        assertThat(rig.executed()).hasSizeLessThanOrEqualTo(20);
    }
}
