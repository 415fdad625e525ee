package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 8, 11, 12, 21 and 24: which messages, members, methods and names there are. */
@Timeout(120)
class EnvelopeTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String CALL = Request.callBody("read_file", "{}");

    static Stream<String> strangeMembers() {
        return Stream.of(
                CALL.replace("{\"jsonrpc\"", "{\"Method\":\"tools/call\",\"jsonrpc\""),
                CALL.replace("\"method\"", "\"Method\""), CALL.replace("\"method\"", "\"METHOD\""),
                CALL.replace("\"params\"", "\"Params\""), CALL.replace("\"params\"", "\"param\u017f\""),
                CALL.replace("{\"jsonrpc\"", "{\"param\u017f\":{\"name\":\"delete_file\"},\"jsonrpc\""),
                CALL.replace("{\"jsonrpc\"", "{\"PARAMS\":{\"name\":\"delete_file\"},\"jsonrpc\""),
                CALL.replace("{\"jsonrpc\"", "{\"ID\":2,\"jsonrpc\""),
                CALL.replace("{\"jsonrpc\"", "{\"extra\":1,\"jsonrpc\""),
                CALL.replace("{\"jsonrpc\"", "{\"result\":{},\"jsonrpc\""),
                CALL.replace("\"arguments\"", "\"Name\":\"delete_file\",\"arguments\""),
                CALL.replace("\"arguments\"", "\"NAME\":\"delete_file\",\"arguments\""),
                CALL.replace("\"name\"", "\"Name\""),
                CALL.replace("\"arguments\"", "\"Arguments\":{\"path\":\"/etc\"},\"arguments\""),
                CALL.replace("\"arguments\"", "\"argument\u017f\":{\"path\":\"/etc\"},\"arguments\""),
                CALL.replace("\"arguments\"", "\"args\":{},\"arguments\""),
                CALL.replace("\"arguments\"", "\"tool\":\"delete_file\",\"arguments\""),
                CALL.replace("\"arguments\"", "\"approved\":true,\"arguments\""),
                CALL.replace("\"arguments\"", "\"task\":{\"ttl\":1},\"arguments\""),
                CALL.replace("\"arguments\"", "\"inputResponses\":{},\"arguments\""),
                CALL.replace("\"2.0\"", "\"1.0\""), CALL.replace("\"2.0\"", "2.0"),
                CALL.replace("\"jsonrpc\":\"2.0\",", ""), CALL.replace("\"tools/call\"", "[\"tools/call\"]"),
                CALL.replace("\"params\":{", "\"params\":[{").replace("}}}", "}}]}"),
                CALL.replace("\"arguments\":{}", "\"arguments\":[]"),
                CALL.replace("\"arguments\":{}", "\"arguments\":null"),
                CALL.replace("\"arguments\":{}", "\"arguments\":\"{}\""));
    }

    @ParameterizedTest
    @MethodSource("strangeMembers")
    void row12_members_that_a_call_does_not_have_are_refused_in_any_spelling(String body) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", body));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("invalid_request");
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read_file\\u0000", "read_file\\u200b", "\\u200bread_file", "rea\\u0501_file",
            "read_file ", " read_file", "read_file\\n", "read_file\\u00a0", "re\u00e4d", "read_\uff46ile", "",
            "read/file", "files/read_file", "read:file", "read_file\\ufeff", "read_f\u0131le", "read_*", "\\u202eelif"})
    void row11_names_outside_the_specification_are_refused(String name) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", name, "{}"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "[\"read_file\"]", "{\"x\":\"read_file\"}", "true"})
    void row11_names_that_are_no_strings_are_refused(String name) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", CALL.replace("\"read_file\"", name)));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"READ_file", "Read_file", "read-file", "readfile", "delete_file", "DELETE_file", "other",
            "xread_file", "read"})
    void row11_names_are_matched_byte_for_byte(String name) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", name, "{}"));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"isError\":true").contains("policy_denied");
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools/Call", "TOOLS/CALL", "tools/call ", " tools/call", "tools/call\\u0000", "tools.call",
            "tools/execute", "tool\u017f/call", "resources/list", "resources/read", "resources/templates/list",
            "resources/subscribe", "prompts/list", "prompts/get", "completion/complete", "tasks/get", "tasks/list",
            "tasks/result", "tasks/cancel", "tasks/update", "sampling/createMessage", "elicitation/create",
            "roots/list",
            "server/discover", "subscriptions/listen", "interceptor/invoke", "rpc.discover", "$/cancelRequest", "",
            "x"})
    void row12_row24_methods_that_nobody_allowed_are_refused(String method) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", method));

        // Then
        assertThat(answer.text()).contains("-32601").contains("\"id\":1");
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools/call", "tools/list", "initialize", "ping"})
    void row08_requests_without_an_id_are_refused(String method) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files",
                "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":{\"name\":\"read_file\"}}"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"notifications/roots/list_changed", "notifications/tasks/status", "notifications/unknown",
            "notifications/tools/list_changed", "notifications/message"})
    void row12_notifications_that_nobody_allowed_are_refused(String method) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(
                Request.post("files", "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\"}"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row08_a_notification_with_an_id_is_refused() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("files", "notifications/initialized"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"resources/list", "resources/read", "prompts/get", "completion/complete", "tasks/get",
            "tasks/list", "tasks/cancel"})
    void row24_methods_pass_where_their_capability_is_allowed(String method) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.rpc("wide", method));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received()).hasSize(1);
    }

    static Stream<Arguments> shadows() {
        return Stream.of(
                Arguments.of("unknown server", "nowhere", "read_file", "unknown_tool"),
                Arguments.of("undeclared tool", "typed", "read_file", "unknown_tool"),
                Arguments.of("name of a tool of another server", "typed", "files.read_file", "unknown_tool"),
                Arguments.of("declared tool with other arguments", "typed", "read_page", "invalid_arguments"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shadows")
    void row21_a_tool_is_known_by_its_server_and_name_only(String what, String server, String tool, String code)
            throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call(server, tool, "{\"page\":\"1\"}"));

        // Then
        assertThat(answer.text()).contains(code);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void denials_tell_a_code_and_the_policys_message_and_nothing_else() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "delete_file", "{\"path\":\"/secret\"}"));

        // Then
        assertThat(answer.text()).contains("policy_denied").contains("nothing is deleted here")
                .doesNotContain("deletes").doesNotContain("ToolPolicy").doesNotContain("/secret");
    }

    @Test
    void a_review_that_nobody_can_give_denies() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "review_file", "{}"));

        // Then
        assertThat(answer.text()).contains("\"isError\":true").contains("review_");
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"action\":\"accept\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"method\":\"tools/call\",\"params\":{\"name\":\"read_file\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}", "{\"jsonrpc\":\"2.0\",\"result\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}", "{\"jsonrpc\":\"2.0\",\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"Method\":\"tools/call\"}", "{}"})
    void row25_row26_answers_to_what_no_server_may_ask_are_refused(String body) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", body));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }
}
