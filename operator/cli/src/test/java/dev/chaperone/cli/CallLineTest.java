package dev.chaperone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.DenialCode;
import dev.chaperone.guardrail.mcp.McpMessage.ToolCallRequest;
import dev.chaperone.guardrail.mcp.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of {@code decide} are read as a guardrail reads calls. */
class CallLineTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aCallIsReadAsItStands() throws Exception {
        // When
        CallLine line = CallLine.parse(bytes(
                " {\"args\": {\"pàth\":\"/ä\\u0041\\\"}\", \"n\":1.50 } ,\"tool\":\"rea\\u0064\",\"server\":\"files\"} \r"));

        // Then
        ToolCallRequest call = line.read();
        assertThat(line.server()).isEqualTo("files");
        assertThat(line.tool()).isEqualTo("read").isEqualTo(call.tool());
        assertThat(call.arguments()).containsEntry("pàth", "/äA\"}").containsEntry("n", 1.5);
    }

    @Test
    void argumentsMayBeLeftOut() throws Exception {
        assertThat(CallLine.parse(bytes("{\"server\":\"a\",\"tool\":\"b\"}")).read().arguments()).isEmpty();
    }

    static Stream<byte[]> refused() {
        Stream<String> arguments = Stream.of("null", "[]", "[1]", "\"x\"", "1", "{\"a\":9007199254740993}",
                "{\"a\":1e400}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}",
                "[".repeat(70) + "]".repeat(70), "{\"a\":\"" + "x".repeat(2 << 20) + "\"}");
        Stream<String> tools = Stream.of("get_/../x", "get_х", "get_a b", "", "x".repeat(129));
        byte[] notUtf8 = bytes("{\"server\":\"a\",\"tool\":\"b\",\"args\":{\"a\":\"?\"}}");
        notUtf8[notUtf8.length - 4] = (byte) 0xff;
        return Stream.concat(Stream.of(notUtf8), Stream.concat(
                arguments.map(text -> bytes("{\"server\":\"a\",\"tool\":\"b\",\"args\":" + text + "}")),
                tools.map(tool -> bytes("{\"server\":\"a\",\"tool\":\"" + tool + "\",\"args\":{}}"))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatAGuardrailRefusesBeforeAnyRuleIsRefusedHere(byte[] text) {
        // Given
        CallLine line = CallLine.parse(text);

        // Then
        assertThatThrownBy(line::read).isInstanceOfSatisfying(RefusedException.class,
                refusal -> assertThat(refusal.code()).isEqualTo(DenialCode.INVALID_REQUEST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "[]", "{}", "{\"server\":\"a\"}", "{\"server\":\"a\",\"tool\":1}",
            "{\"server\":\"a\",\"tool\":\"b\",\"tool\":\"c\"}", "{\"server\":\"a\",\"tool\":\"b\",\"arguments\":{}}",
            "{\"server\":\"a\",\"tool\":\"b\"} {}", "{\"server\":\"a\",\"tool\":\"b\"",
            "{\"server\":\"a\",\"tool\":\"b"})
    void whatIsNoCallIsToldApart(String text) {
        assertThatThrownBy(() -> CallLine.parse(bytes(text))).isInstanceOf(IllegalArgumentException.class);
    }
}
