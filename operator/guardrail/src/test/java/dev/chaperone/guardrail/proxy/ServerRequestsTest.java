package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 25 to 28: what a tool server may ask of the agent, in either era, whole or in pieces. */
@Timeout(120)
class ServerRequestsTest {
    private static final String DONE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static String ask(String method) {
        return "{\"jsonrpc\":\"2.0\",\"id\":99,\"method\":\"" + method + "\",\"params\":{\"x\":1}}";
    }

    private static String event(String message) {
        return "id: 5\ndata: " + message + "\n\n";
    }

    private static Request call(String server) {
        return Request.call(server, "read_file", "{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sampling/createMessage", "elicitation/create", "roots/list", "tasks/get", "unknown/thing",
            "sampling\\/createMessage", "\\u0073ampling/createMessage", "tools/call"})
    void row25_to_27_requests_in_the_stream_of_a_call_are_dropped_and_the_server_is_told(String method)
            throws Exception {
        // Given
        rig.server().answers(exchange -> {
            if (exchange.method().equals("tools/call")) {
                exchange.stream(event(ask(method)) + event(DONE));
            } else {
                exchange.empty(202);
            }
        });

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        assertThat(answer.text()).contains(DONE).doesNotContain("ampling").doesNotContain("\"id\":99");
        assertThat(answer.text()).contains("id: 5\n\n");
        Rig.await("the refusal", () -> rig.server().received().size() == 2);
        assertThat(rig.server().received().getLast().text()).contains("\"id\":99").contains("-32601");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sampling/createMessage", "elicitation/create", "roots/list"})
    void row25_to_27_requests_pass_where_they_are_allowed(String method) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.stream(event(ask(method)) + event(DONE)));

        // When
        RawHttp.Message answer = rig.exchange(call("wide"));

        // Then
        assertThat(answer.text()).isEqualTo(event(ask(method)) + event(DONE));
    }

    @Test
    void row25_requests_on_a_resumed_stream_are_dropped() throws Exception {
        // Given
        rig.server().answers(exchange -> {
            if (exchange.request().start().startsWith("GET")) {
                exchange.stream(event(ask("sampling/createMessage")) + event(DONE));
            } else {
                exchange.empty(202);
            }
        });

        // When
        RawHttp.Message answer = rig.exchange(Request.get("files").with("Last-Event-ID", "3"));

        // Then
        assertThat(answer.text()).contains(DONE).doesNotContain("sampling");
    }

    static Stream<Arguments> disguises() {
        String plain = ask("sampling/createMessage");
        return Stream.of(
                Arguments.of("method twice, the last harmless",
                        plain.replace("\"method\"", "\"method\":\"sampling/createMessage\",\"method\"")
                                .replace("\"sampling/createMessage\",\"params\"", "\"ping\",\"params\"")),
                Arguments.of("method twice, the first harmless",
                        plain.replace("\"method\"", "\"method\":\"ping\",\"method\"")),
                Arguments.of("key in another case, beside a result",
                        plain.replace("\"method\"", "\"result\":{},\"Method\"")),
                Arguments.of("key in capitals, beside a result",
                        plain.replace("\"method\"", "\"result\":{},\"METHOD\"")),
                Arguments.of("key with an escape", plain.replace("\"method\"", "\"m\\u0065thod\"")),
                Arguments.of("key with an escape in capitals", plain.replace("\"method\"", "\"\\u006Dethod\"")),
                Arguments.of("beside a result", plain.replace("\"params\"", "\"result\":{},\"params\"")),
                Arguments.of("beside an error", plain.replace("\"params\"", "\"error\":{},\"params\"")),
                Arguments.of("batch", "[" + plain + "]"),
                Arguments.of("batch behind an answer", "[" + DONE + "," + plain + "]"),
                Arguments.of("second document", DONE + plain),
                Arguments.of("BOM", "\uFEFF" + plain),
                Arguments.of("spaces", " \t" + plain.replace(":", " : ")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("disguises")
    void row25_disguised_requests_are_dropped_from_streams(String what, String message) throws Exception {
        // Given
        rig.server().answers(exchange -> {
            if (exchange.method().equals("tools/call")) {
                exchange.stream(event(message) + event(DONE));
            } else {
                exchange.empty(202);
            }
        });

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        assertThat(answer.text()).contains(DONE).doesNotContain("sampling");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("disguises")
    void row25_disguised_requests_are_withheld_from_plain_answers(String what, String message) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.json(200, "", message));

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("sampling");
        assertThat(rig.outcomes(1)).containsExactly("withheld");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32BE"})
    void row25_requests_in_other_encodings_are_withheld(String charset) throws Exception {
        // Given
        byte[] body = ask("sampling/createMessage").getBytes(charset);
        rig.server().answers(exchange -> exchange.write("HTTP/1.1 200 X\r\nContent-Type: application/json; charset="
                + charset + "\r\nContent-Length: " + body.length + "\r\n\r\n").write(body));

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        assertThat(answer.status()).isEqualTo(502);
    }

    static Stream<String> linesOfOtherReaders() {
        return Stream.of("\u000b", "\f", "\u001c", "\u001d", "\u001e", "\u0085", "\u2028", "\u2029");
    }

    @ParameterizedTest
    @MethodSource("linesOfOtherReaders")
    void row16_what_only_some_readers_take_for_a_line_end_hides_no_request(String end) throws Exception {
        // Given
        String hidden = end + "data: " + ask("sampling/createMessage") + end + end;
        rig.server().answers(exchange -> exchange.stream(
                ": hi" + hidden + "\n\nid: 5" + hidden + "\n\nevent: x" + hidden + "\ndata: " + DONE + "\n\n"
                        + "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"t\":\"a" + end.replaceAll("\\p{Cntrl}", "")
                        + "b\"}}\n\n"));

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        List<String> lines = answer.text().lines().flatMap(line -> Stream.of(
                line.split("[\\x0b\\x0c\\x1c\\x1d\\x1e\\x85\\u2028\\u2029]"))).toList();
        assertThat(lines).noneMatch(line -> line.startsWith("data") && line.contains("sampling"));
        assertThat(lines).anyMatch(line -> line.equals("data: " + DONE));
        assertThat(answer.text()).contains("\"id\":7");
    }

    static Stream<Arguments> inputRequests() {
        String input = "\"inputRequests\":{\"a\":{\"method\":\"%s\",\"params\":{}}},\"requestState\":\"s\"";
        return Stream.of(
                Arguments.of("elicitation", input.formatted("elicitation/create")),
                Arguments.of("sampling", input.formatted("sampling/createMessage")),
                Arguments.of("roots", input.formatted("roots/list")),
                Arguments.of("unknown", input.formatted("x/y")),
                Arguments.of("escaped", input.formatted("sampling\\/createMessage").replace("inputRequests",
                        "input\\u0052equests")),
                Arguments.of("after much else", "\"pad\":\"" + "x".repeat(100_000) + "\","
                        + input.formatted("sampling/createMessage")),
                Arguments.of("behind many", "\"inputRequests\":{" + "\"p\":{\"method\":\"ping\"},".repeat(500)
                        + "\"a\":{\"params\":{\"deep\":[{}]},\"method\":\"sampling/createMessage\"}}"),
                Arguments.of("key in another case", input.formatted("sampling/createMessage").replace("inputRequests",
                        "InputRequests")),
                Arguments.of("method in another case", input.formatted("sampling/createMessage").replace("method",
                        "Method")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputRequests")
    void row25_row26_input_requests_inside_results_never_become_whole(String what, String members) throws Exception {
        // Given
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\"," + members + "}}";
        rig.server().answers(exchange -> {
            exchange.write("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int at = 0; at < body.length(); at += 4000) {
                exchange.chunk(body.substring(at, Math.min(body.length(), at + 4000)));
            }
            exchange.end();
        });

        // When
        RawHttp.Message answer = rig.exchange(Request.modernCall("files", "read_file", "{}"));

        // Then
        assertThat(answer.status() == 502 || !answer.whole()).isTrue();
        assertThat(answer.text()).doesNotContain("sampling/").doesNotContain("elicitation/");
        assertThat(rig.outcomes(1)).containsExactly("withheld");
    }

    @Test
    void row26_input_requests_pass_where_they_are_allowed() throws Exception {
        // Given
        String result = "{\"resultType\":\"input_required\",\"inputRequests\":{\"a\":{\"method\":\"elicitation/create\"}}}";
        rig.server().answers(exchange -> exchange.json(200, "", exchange.result(result)));

        // When
        RawHttp.Message answer = rig.exchange(Request.modernCall("wide", "read_file", "{}"));

        // Then
        assertThat(answer.text()).contains(result);
    }

    @Test
    void row28_a_server_that_asks_without_end_does_not_get_a_connection_for_each_refusal() throws Exception {
        // Given
        Rig own = new Rig();
        own.beforeEach(null);
        String many = event(ask("sampling/createMessage")).repeat(2000);
        own.server().answers(exchange -> {
            if (exchange.method().equals("tools/call")) {
                exchange.stream(many + event(DONE));
            } else {
                Thread.sleep(500);
                exchange.empty(202);
            }
        });

        // When
        RawHttp.Message answer = own.exchange(call("files"));

        // Then
        assertThat(answer.text()).contains(DONE).doesNotContain("sampling");
        assertThat(own.server().mostOpenConnections()).isLessThan(30);
        own.afterEach(null);
    }

    @Test
    void row28_a_server_that_asks_and_never_takes_the_refusal_keeps_no_connection() throws Exception {
        // Given
        Rig own = new Rig(Rig.smallLimits());
        own.beforeEach(null);
        own.server().answers(exchange -> {
            if (exchange.method().equals("tools/call")) {
                exchange.stream(event(ask("sampling/createMessage")).repeat(4) + event(DONE));
            } else {
                assertThat(exchange.socket().getInputStream().read()).isNegative();
            }
        });

        // When
        for (int i = 0; i < 5; i++) {
            own.exchange(call("files"));
        }

        // Then
        Rig.await("the end of all connections", () -> own.server().openConnections() == 0);
        own.afterEach(null);
    }

    @Test
    void row28_floods_of_notifications_pass_at_the_agents_pace_and_the_answer_still_comes() throws Exception {
        // Given
        String progress = event("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}");
        rig.server().answers(exchange -> {
            exchange.stream();
            for (int i = 0; i < 200; i++) {
                exchange.chunk(progress.repeat(100));
            }
            exchange.chunk(event(DONE)).end();
        });

        // When
        RawHttp.Message answer = rig.exchange(call("files"));

        // Then
        assertThat(answer.body().length)
                .isEqualTo(20_000 * progress.getBytes(StandardCharsets.UTF_8).length + event(DONE).length());
        assertThat(answer.whole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sampling", "elicitation", "roots", "tasks", "experimental"})
    void row25_to_27_capabilities_that_are_not_allowed_are_cut_from_initialize(String capability) throws Exception {
        // Given
        String declared = "\"capabilities\":{\"" + capability + "\":{\"x\":1}}";

        // When
        rig.exchange(Request.post("files", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                + "\"protocolVersion\":\"2025-11-25\"," + declared + ",\"clientInfo\":{\"name\":\"a\"}}}"));

        // Then
        assertThat(rig.server().received().getFirst().text()).contains("\"capabilities\":{}").contains("clientInfo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Capabilities", "CAPABILITIES", "capabilitie\u017f"})
    void row27_capabilities_in_another_spelling_are_refused(String key) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", "{\"jsonrpc\":\"2.0\",\"id\":1,"
                + "\"method\":\"initialize\",\"params\":{\"capabilities\":{},\"" + key + "\":{\"sampling\":{}}}}"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row27_capabilities_that_are_not_allowed_are_cut_from_each_modern_request() throws Exception {
        // Given
        String body = Request.modernBody("tools/call", "\"name\":\"read_file\",\"arguments\":{}").replace(
                "clientCapabilities\":{}",
                "clientCapabilities\":{\"sampling\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");

        // When
        rig.exchange(Request.modernCall("files", "read_file", "{}").body(body));
        rig.exchange(Request.modernCall("wide", "read_file", "{}").body(body));

        // Then
        assertThat(rig.server().received().getFirst().text()).contains("clientCapabilities\":{}");
        assertThat(rig.server().received().getLast().text()).isEqualTo(body);
    }
}
