package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chaperone.config.Capability;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeReaderTest {
    private static final Set<Capability> TOOLS = Set.of(Capability.TOOLS);
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);
    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
    private static final TestHeaders NONE = TestHeaders.of();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static McpMessage read(Headers headers, String body, Set<Capability> allowed) throws RefusedException {
        return EnvelopeReader.read(headers, bytes(body), allowed);
    }

    private static RefusedException refusal(Headers headers, String body, Set<Capability> allowed) {
        return catchThrowableOfType(RefusedException.class, () -> read(headers, body, allowed));
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"" + method + "\",\"params\":{" + params + "}}";
    }

    @Test
    void a_call_is_read_with_its_name_arguments_and_id_as_written() throws Exception {
        // When
        McpMessage message = read(NONE, request("tools/call", "\"name\":\"t\",\"arguments\":{\"a\":[1]}"), TOOLS);

        // Then
        assertThat(message).isInstanceOfSatisfying(McpMessage.ToolCallRequest.class, call -> {
            assertThat(call.tool()).isEqualTo("t");
            assertThat(call.arguments()).containsOnlyKeys("a");
            assertThat(call.id().json()).isEqualTo("\"x\"");
            assertThat(call.era()).isEqualTo(Era.LEGACY);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"path\":1,\"PATH\":2}", "{\"a\":[{\"x\":{\"Key\":1,\"k\":1,\"key\":2}}]}",
            "{\"path\":1,\"p\\u0041th\":2}", "{\"sum\":1,\"\u017fum\":2}", "{\"k\":1,\"\u212a\":2}"})
    void row11_arguments_in_two_spellings_are_refused(String arguments) {
        // When
        RefusedException refusal = refusal(
                NONE, request("tools/call", "\"name\":\"t\",\"arguments\":" + arguments), TOOLS);

        // Then
        assertThat(refusal).hasMessageContaining("two spellings");
    }

    @Test
    void arguments_that_only_resemble_each_other_pass() throws Exception {
        // When
        McpMessage message = read(NONE, request("tools/call",
                "\"name\":\"t\",\"arguments\":{\"a\":{\"Id\":1},\"b\":{\"id\":1},\"id\":1,\"i_d\":2}"), TOOLS);

        // Then
        assertThat(message).isInstanceOf(McpMessage.ToolCallRequest.class);
    }

    @Test
    void a_call_without_arguments_has_empty_ones() throws Exception {
        // When
        McpMessage message = read(NONE, request("tools/call", "\"name\":\"t\""), TOOLS);

        // Then
        assertThat(((McpMessage.ToolCallRequest) message).arguments()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(McpMethod.class)
    void every_method_passes_in_its_eras_with_its_capability_and_not_otherwise(McpMethod method) {
        for (Era era : Era.values()) {
            for (boolean allowed : new boolean[]{true, false}) {
                // Given
                String name = method.namingMember() == null ? "" : "\"" + method.namingMember() + "\":\"t\",";
                String body = request(method.wireName(), era == Era.MODERN ? name + META : name.replaceAll(",$", ""));
                TestHeaders headers = era == Era.LEGACY
                        ? NONE
                        : TestHeaders.of("mcp-protocol-version", "2026-07-28", "mcp-method", method.wireName());
                if (era == Era.MODERN && method.namingMember() != null) {
                    headers = headers.with("mcp-name", "t");
                }
                String sent = method.isNotification() ? body.replace("\"id\":\"x\",", "") : body;

                // When
                RefusedException refusal = refusal(headers, sent, allowed ? ALL : Set.of());

                // Then
                boolean passes = method.passes(era, allowed ? ALL : Set.of());
                assertThat(refusal == null).as("%s in %s, allowed %s", method, era, allowed).isEqualTo(passes);
                assertThat(refusal == null || refusal.rpcCode() == RefusedException.METHOD_NOT_FOUND).isTrue();
            }
        }
    }

    static Stream<Arguments> eras() {
        String modern = request("tools/list", META);
        return Stream.of(
                Arguments.of("legacy without header", NONE, request("tools/list", ""), Era.LEGACY, 0),
                Arguments.of("legacy with its header", TestHeaders.of("MCP-Protocol-Version", "2025-11-25"),
                        request("tools/list", ""), Era.LEGACY, 0),
                Arguments.of("legacy with a version nobody knows", TestHeaders.of("MCP-Protocol-Version", "x"),
                        request("tools/list", ""), Era.LEGACY, 0),
                Arguments.of("modern", TestHeaders.of("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list"),
                        modern, Era.MODERN, 0),
                Arguments.of("modern body without header", NONE, modern, null, RefusedException.HEADER_MISMATCH),
                Arguments.of("modern header without body", TestHeaders.of("MCP-Protocol-Version", "2026-07-28"),
                        request("tools/list", ""), null, RefusedException.INVALID_PARAMS),
                Arguments.of("later version in the header", TestHeaders.of("MCP-Protocol-Version", "2030-01-01"),
                        request("tools/list", ""), null, RefusedException.INVALID_PARAMS),
                Arguments.of("later version in both", TestHeaders.of("MCP-Protocol-Version", "2030-01-01"),
                        modern.replace("2026-07-28", "2030-01-01"), null, -32022));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("eras")
    void the_era_is_what_body_and_header_say_together(String what, Headers headers, String body, Era era, int code)
            throws Exception {
        // When
        RefusedException refusal = refusal(headers, body, TOOLS);

        // Then
        if (era == null) {
            assertThat(refusal.rpcCode()).isEqualTo(code);
        } else {
            assertThat(refusal).isNull();
            assertThat(read(headers, body, TOOLS).era()).isEqualTo(era);
        }
    }

    static Stream<Arguments> responses() {
        return Stream.of(
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", true, true),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1}}", true, true),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1}}", false, true),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}", false, true),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}", false, false),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1}", false, false),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"result\":{}}", false, false),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"result\":{}}", false, false),
                Arguments.of("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"x\":1}", false, false));
    }

    @ParameterizedTest
    @MethodSource("responses")
    void responses_pass_where_their_server_may_have_asked(String body, boolean toTools, boolean toAll) {
        // When
        RefusedException withTools = refusal(NONE, body, TOOLS);
        RefusedException withAll = refusal(NONE, body, ALL);

        // Then
        assertThat(withTools == null).isEqualTo(toTools);
        assertThat(withAll == null).isEqualTo(toAll);
    }

    @Test
    void members_that_only_an_allowed_capability_has_are_refused_without_it() {
        for (String member : new String[]{"\"inputResponses\":{}", "\"requestState\":\"s\"", "\"task\":{}"}) {
            // Given
            String body = request("tools/call", "\"name\":\"t\"," + member);

            // When
            RefusedException refusal = refusal(NONE, body, TOOLS);

            // Then
            assertThat(refusal == null).as(member).isEqualTo(member.contains("requestState"));
        }
    }

    @Test
    void refusals_never_repeat_what_was_sent() {
        // Given
        Random random = new Random(7);
        String good = request("tools/call", "\"name\":\"hunter2\",\"arguments\":{\"k\":\"hunter2\"}," + META);

        for (int round = 0; round < 3000; round++) {
            StringBuilder spoilt = new StringBuilder(good);
            int at = random.nextInt(good.length());
            spoilt.replace(at, Math.min(good.length(), at + random.nextInt(3)),
                    String.valueOf("{}[]\",:x0\u00e4\n".charAt(random.nextInt(11))));

            // When
            RefusedException refusal = refusal(TestHeaders.of("mcp-protocol-version", "2026-07-28"), spoilt.toString(),
                    ALL);

            // Then
            if (refusal != null) {
                assertThat(refusal.getMessage()).doesNotContain("hunter");
                assertThat(refusal.getCause()).isNull();
            }
        }
    }

    @Test
    void the_id_to_reply_to_is_found_where_there_is_one() {
        // When
        JsonRpcId found = EnvelopeReader.replyTo(bytes("{\"id\": \"a\\u0062\" ,\"method\":7}"));
        JsonRpcId none = EnvelopeReader.replyTo(bytes("{\"method\":\"x\"}"));
        JsonRpcId broken = EnvelopeReader.replyTo(bytes("{\"id\":1,\"method\":"));
        JsonRpcId ofResponse = EnvelopeReader.replyTo(bytes("{\"id\":1,\"result\":{}}"));

        // Then
        assertThat(found).isEqualTo(new JsonRpcId("\"a\\u0062\""));
        assertThat(none).isNull();
        assertThat(broken).isNull();
        assertThat(ofResponse).isNull();
    }
}
