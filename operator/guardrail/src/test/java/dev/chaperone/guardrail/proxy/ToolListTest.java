package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 2, 11, 16 and 24: the agent hears only of tools and capabilities that it could use, however the list comes. */
@Timeout(120)
class ToolListTest {
    private static final String TOOLS = "\"tools\":["
            + "{\"name\":\"read_file\",\"description\":\"d\",\"inputSchema\":{\"x\":1.00}},"
            + "{\"name\":\"delete_file\"},{\"name\":\"read_\\u200bfile\"},{\"name\":\"other\"},{\"name\":7},"
            + "{\"name\":\"read_file\",\"description\":\"shadow\"},{},7,{\"name\":\"read_more\"}]";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static String list(String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{" + members + "}}";
    }

    private static List<String> names(String json) throws Exception {
        JsonNode tools = new ObjectMapper().readTree(json).path("result").path("tools");
        return tools.valueStream().map(tool -> tool.path("name").asText() + tool.path("description").asText()).toList();
    }

    private static String data(String stream) {
        return stream.lines().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList()
                .getFirst();
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("JSON", 200, "application/json", list(TOOLS)),
                Arguments.of("JSON with charset", 200, "Application/JSON; charset=utf-8", list(TOOLS)),
                Arguments.of("JSON with status 201", 201, "application/json", list(TOOLS)),
                Arguments.of("JSON with status 203", 203, "application/json", list(TOOLS)),
                Arguments.of("JSON with an error status", 500, "application/json", list(TOOLS)),
                Arguments.of("event", 200, "text/event-stream", "event: message\nid: 1\ndata: " + list(TOOLS) + "\n\n"),
                Arguments.of("event with CR LF", 200, "text/event-stream",
                        "id: 1\r\ndata: " + list(TOOLS) + "\r\n\r\n"),
                Arguments.of("event in lines", 200, "text/event-stream",
                        "data: " + list(TOOLS).replace("},{", "},\ndata: {") + "\n\n"),
                Arguments.of("event with content beside the tools", 200, "text/event-stream",
                        "data: " + list("\"content\":[]," + TOOLS) + "\n\n"),
                Arguments.of("event with an escaped key", 200, "text/event-stream",
                        "data: " + list(TOOLS.replace("\"tools\"", "\"t\\u006fols\"")) + "\n\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void row11_lists_hold_only_tools_that_could_ever_be_called(String what, int status, String type, String body)
            throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.whole(status, type, "", body));

        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", "tools/list"));

        // Then
        String json = type.startsWith("text") ? data(answer.text()) : answer.text();
        assertThat(names(json)).containsExactly("read_filed", "read_more");
        assertThat(json).contains("1.00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"tools\":{\"0\":{\"name\":\"delete_file\"}}}", "[{\"name\":\"delete_file\"}]"})
    void row11_a_list_in_a_form_that_cannot_be_cut_is_withheld(String result) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.whole(200, "application/json", "",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}"));

        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", "tools/list"));

        // Then
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("delete_file");
    }

    @Test
    void row11_a_list_that_answers_a_call_never_becomes_whole() throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.whole(200, "application/json", "",
                list("\"tools\":[{\"name\":\"delete_file\"}]")));

        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "read_file", "{}"));

        // Then
        assertThat(answer.text()).doesNotContain("delete_file");
    }

    @Test
    void row16_lists_on_a_resumed_stream_are_cut_too() throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.stream("id: 9\ndata: " + list(TOOLS) + "\n\n"));

        // When
        RawHttp.Message answer = rig.exchange(Request.get("files").with("Last-Event-ID", "8"));

        // Then
        assertThat(names(data(answer.text()))).containsExactly("read_filed", "read_more");
        assertThat(answer.text()).contains("id: 9");
    }

    static Stream<String> unreadable() {
        return Stream.of(list(TOOLS).replace("\"tools\"", "\"tools\":[],\"tools\""), list(TOOLS) + "x",
                list(TOOLS) + list(TOOLS), "[" + list(TOOLS) + "]", "", "null", list(TOOLS).replace("}}", ""),
                list(TOOLS).replace("\"result\"", "\"result\":{},\"result\""));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void row01_lists_that_cannot_be_cut_are_withheld(String body) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.json(200, "", body));

        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", "tools/list"));

        // Then
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("delete_file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Tools", "TOOLS", "tool\u017f"})
    void lists_under_a_key_in_another_spelling_are_withheld(String key) throws Exception {
        // Given
        String body = list(TOOLS.replace("\"tools\"", "\"tools\":[],\"" + key + "\""));
        rig.server().answers(exchange -> {
            if (exchange.request().text().contains("\"id\":1")) {
                exchange.json(200, "", body);
            } else {
                exchange.stream("data: " + body + "\n\n");
            }
        });

        // When
        RawHttp.Message json = rig.exchange(Request.rpc("files", "tools/list"));
        RawHttp.Message stream = rig.exchange(Request.post("files",
                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}"));

        // Then
        assertThat(json.text()).doesNotContain("delete_file");
        assertThat(stream.text()).doesNotContain("delete_file");
    }

    @Test
    void caches_between_agents_are_forbidden_and_lists_are_soon_asked_for_again() throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.json(200, "",
                list(TOOLS + ",\"cacheScope\":\"public\",\"ttlMs\":3600000")));

        // When
        RawHttp.Message answer = rig.exchange(Request.modern("files", "tools/list", ""));

        // Then
        JsonNode result = new ObjectMapper().readTree(answer.text()).path("result");
        assertThat(result.path("cacheScope").asText()).isEqualTo("private");
        assertThat(result.path("ttlMs").asLong()).isBetween(1L, 5000L);
    }

    static Stream<Arguments> declarations() {
        return Stream.of(
                Arguments.of("initialize", Request.rpc("files", "initialize")),
                Arguments.of("discover", Request.modern("files", "server/discover", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("declarations")
    void row24_capabilities_that_the_agent_may_not_use_are_cut(String what, Request request) throws Exception {
        // Given
        rig.server()
                .answers(exchange -> exchange.json(200, "", list("\"capabilities\":{\"tools\":{\"listChanged\":true},"
                        + "\"resources\":{},\"prompts\":{},\"completions\":{},\"logging\":{},\"tasks\":{},\"experimental\":{},"
                        + "\"extensions\":{\"io.modelcontextprotocol/tasks\":{},\"x\":{}}},"
                        + "\"supportedVersions\":[\"2025-11-25\",\"2026-07-28\",\"2027-01-01\"]")));

        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        JsonNode result = new ObjectMapper().readTree(answer.text()).path("result");
        assertThat(result.path("capabilities").propertyStream().map(java.util.Map.Entry::getKey))
                .containsExactlyInAnyOrder("tools", "logging");
        assertThat(result.path("supportedVersions").toString()).doesNotContain("2027");
    }

    @Test
    void an_ended_session_lists_no_tools_and_calls_none() throws Exception {
        // Given
        Rig own = new Rig();
        own.beforeEach(null);
        own.exchange(Request.call("files", "end_session", "{}"));
        own.server().answers(exchange -> exchange.json(200, "", list(TOOLS)));

        // When
        RawHttp.Message listed = own.exchange(Request.rpc("files", "tools/list"));
        RawHttp.Message called = own.exchange(Request.call("files", "read_file", "{}"));
        own.afterEach(null);

        // Then
        assertThat(names(listed.text())).isEmpty();
        assertThat(called.text()).contains("session_ended");
    }
}
