package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.Capability;
import dev.chaperone.guardrail.mcp.ServerMessages.Treatment;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessagesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ServerMessages TOOLS = new ServerMessages(Set.of(Capability.TOOLS), "a"::equals);
    private static final ServerMessages ALL = new ServerMessages(EnumSet.allOf(Capability.class), name -> true);

    private static Treatment treated(ServerMessages rules, String message) {
        return rules.treat(message.getBytes(StandardCharsets.UTF_8));
    }

    private static String message(String method, boolean request) {
        return "{\"jsonrpc\":\"2.0\"," + (request ? "\"id\":\"s1\"," : "") + "\"method\":\"" + method + "\"}";
    }

    static Stream<Arguments> asking() {
        return Stream.of(
                Arguments.of("sampling/createMessage", true, false, true),
                Arguments.of("elicitation/create", true, false, true), Arguments.of("roots/list", true, false, true),
                Arguments.of("tasks/get", true, false, true), Arguments.of("ping", true, true, true),
                Arguments.of("tools/call", true, false, false), Arguments.of("initialize", true, false, false),
                Arguments.of("", true, false, false), Arguments.of("unknown", true, false, false),
                Arguments.of("notifications/progress", false, true, true),
                Arguments.of("notifications/message", false, true, true),
                Arguments.of("notifications/cancelled", false, true, true),
                Arguments.of("notifications/tools/list_changed", false, true, true),
                Arguments.of("notifications/resources/updated", false, false, true),
                Arguments.of("notifications/elicitation/complete", false, false, true),
                Arguments.of("notifications/unknown", false, false, false),
                Arguments.of("sampling/createMessage", false, false, true));
    }

    @ParameterizedTest
    @MethodSource("asking")
    void a_server_asks_only_what_it_may(String method, boolean request, boolean withTools, boolean withAll) {
        // When
        Treatment tools = treated(TOOLS, message(method, request));
        Treatment all = treated(ALL, message(method, request));

        // Then
        assertThat(tools instanceof Treatment.Pass).isEqualTo(withTools);
        assertThat(all instanceof Treatment.Pass).isEqualTo(withAll);
    }

    @Test
    void a_dropped_request_is_answered_and_a_dropped_notification_is_not() throws Exception {
        // When
        Treatment request = treated(TOOLS, message("roots/list", true));
        Treatment notification = treated(TOOLS, message("notifications/resources/updated", false));

        // Then
        JsonNode answer = MAPPER.readTree(((Treatment.Drop) request).answer());
        assertThat(answer.path("id").asText()).isEqualTo("s1");
        assertThat(answer.path("error").path("code").asInt()).isEqualTo(-32601);
        assertThat(((Treatment.Drop) notification).answer()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "{}", "{\"id\":1}", "[]", "7", "null", "\"x\"", "{\"method\":7}",
            "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"roots/list\"}", "{\"id\":1,\"method\":\"roots/list\""})
    void what_is_no_message_is_dropped_without_a_word(String message) {
        // When
        Treatment treatment = treated(TOOLS, message);

        // Then
        assertThat(treatment).isEqualTo(new Treatment.Drop(null));
    }

    @Test
    void results_and_errors_pass_as_they_are() {
        for (String message : new String[]{
                "{\"id\":1,\"result\":{\"content\":[],\"structuredContent\":{\"tools\":[1]}}}",
                "{\"id\":1,\"error\":{\"code\":1,\"data\":{\"tools\":[]}}}", "{\"result\":null}"}) {
            assertThat(treated(TOOLS, message)).isInstanceOf(Treatment.Pass.class);
        }
    }

    @Test
    void what_is_rewritten_keeps_every_digit_and_everything_that_is_nobodys_business() throws Exception {
        // Given
        String list = "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"result\":{\"tools\":[{\"name\":\"a\",\"x\":1.10,"
                + "\"y\":123456789012345678901234567890,\"z\":1e400},{\"name\":\"b\"}],\"nextCursor\":\"c\",\"ttlMs\":7}}";

        // When
        Treatment treatment = treated(TOOLS, list);

        // Then
        String out = new String(((Treatment.Replace) treatment).message(), StandardCharsets.UTF_8);
        assertThat(out).contains("1.10").contains("123456789012345678901234567890").contains("\"nextCursor\":\"c\"")
                .contains("\"ttlMs\":7").doesNotContain("\"b\"");
        assertThat(out.toLowerCase(java.util.Locale.ROOT)).contains("1e+400").contains("\"id\":1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\":{\"tools\":[],\"x\":1,\"x\":1}}", "{\"result\":{\"tools\":[]}} {}",
            "{\"result\":{\"tools\":[{\"name\":\"b\",\"name\":\"a\"}]}}", "{\"result\":{\"tools\":[NaN]}}", "[]", ""})
    void a_list_that_two_readers_may_read_differently_is_not_rewritten(String list) {
        // When
        byte[] rewritten = TOOLS.rewrite(list.getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(rewritten).isNull();
    }

    @Test
    void an_answer_that_is_a_request_is_no_list() {
        // When
        byte[] rewritten = TOOLS.rewrite(message("sampling/createMessage", true).getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(rewritten).isNull();
    }
}
