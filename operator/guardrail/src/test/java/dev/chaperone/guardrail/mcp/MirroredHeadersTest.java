package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chaperone.guardrail.json.JsonObject;
import dev.chaperone.guardrail.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MirroredHeadersTest {
    private static final String PARAMS = "{\"name\":\"t\u00e4\",\"arguments\":{\"text\":\"a b\",\"n\":7,\"d\":0.5,"
            + "\"yes\":true,\"none\":null,\"list\":[\"in list\"],\"deep\":{\"er\":{\"x\":\"deep\"}}}}";

    private static String encoded(String text) {
        return "=?base64?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    private static boolean passes(McpMethod method, TestHeaders headers, String params) throws Exception {
        JsonObject object = StrictJson.parse(params.getBytes(StandardCharsets.UTF_8));
        RefusedException refusal = catchThrowableOfType(RefusedException.class,
                () -> MirroredHeaders.check(headers, method, object));
        assertThat(refusal == null || refusal.rpcCode() == RefusedException.HEADER_MISMATCH).isTrue();
        return refusal == null;
    }

    private static TestHeaders call() {
        return TestHeaders.of("Mcp-Method", "tools/call", "Mcp-Name", encoded("t\u00e4"));
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                Arguments.of("a b", true), Arguments.of("7", true), Arguments.of("7.0", true),
                Arguments.of("7e0", true),
                Arguments.of("0.5", true), Arguments.of("true", true), Arguments.of("deep", true),
                Arguments.of(encoded("a b"), true), Arguments.of(encoded("deep"), true),
                Arguments.of("A B", false), Arguments.of("a  b", false), Arguments.of("8", false),
                Arguments.of("null", false), Arguments.of("in list", false), Arguments.of("True", false),
                Arguments.of("", false), Arguments.of("=?base64??=", false), Arguments.of("=?base64?", false),
                Arguments.of("=?base64?=", false), Arguments.of("=?base64?YSBi", false),
                Arguments.of("=?base64?YSBi?= ", false), Arguments.of("=?base64?YS Bi?=", false),
                Arguments.of("1e999999999", false), Arguments.of("9".repeat(100), false));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void a_parameter_header_repeats_an_argument(String value, boolean passes) throws Exception {
        assertThat(passes(McpMethod.CALL_TOOL, call().with("Mcp-Param-X", value), PARAMS)).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false"})
    void so_many_parameter_headers_no_tool_has(int count, boolean passes) throws Exception {
        // Given
        TestHeaders headers = call();
        for (int i = 0; i < count; i++) {
            headers = headers.with("Mcp-Param-" + i, "7");
        }

        // Then
        assertThat(passes(McpMethod.CALL_TOOL, headers, PARAMS)).isEqualTo(passes);
    }

    @Test
    void a_parameter_header_stands_once() throws Exception {
        assertThat(passes(McpMethod.CALL_TOOL, call().with("Mcp-Param-X", "7").with("mcp-param-x", "7"), PARAMS))
                .isFalse();
    }

    @Test
    void each_naming_method_has_its_own_member() throws Exception {
        for (McpMethod method : McpMethod.values()) {
            // Given
            TestHeaders headers = TestHeaders.of("Mcp-Method", method.wireName(), "Mcp-Name", "n");

            for (String member : new String[]{"name", "uri", "taskId", "other"}) {
                // When
                boolean passes = passes(method, headers, "{\"" + member + "\":\"n\"}");

                // Then
                assertThat(passes).as("%s by %s", method, member).isEqualTo(member.equals(method.namingMember()));
            }
        }
    }

    @Test
    void a_name_that_is_no_string_is_repeated_by_nothing() throws Exception {
        // Given
        TestHeaders headers = TestHeaders.of("Mcp-Method", "tools/call", "Mcp-Name", "7");

        // When
        boolean passes = passes(McpMethod.CALL_TOOL, headers, "{\"name\":7}");

        // Then
        assertThat(passes).isFalse();
    }

    @Test
    void only_a_notification_may_leave_its_method_out() throws Exception {
        assertThat(passes(McpMethod.CANCELLED, TestHeaders.of(), "{}")).isTrue();
        assertThat(passes(McpMethod.LIST_TOOLS, TestHeaders.of(), "{}")).isFalse();
        assertThat(passes(McpMethod.CANCELLED, TestHeaders.of("mcp-method", "tools/call"), "{}")).isFalse();
    }
}
