package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.Capability;
import dev.chaperone.guardrail.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClientCapabilitiesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static byte[] restricted(String body, Era era, McpMethod method, Set<Capability> allowed) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ClientCapabilities.restrict(StrictJson.parseDocument(bytes), bytes, era, method, allowed);
    }

    static Stream<Arguments> declarations() {
        String tasks = "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{\"a\":1}}}";
        return Stream.of(
                Arguments.of("{}", Set.of(), "{}"), Arguments.of("null", Set.of(), "{}"),
                Arguments.of("7", Set.of(), "{}"), Arguments.of("[{\"sampling\":{}}]", Set.of(), "{}"),
                Arguments.of("{\"sampling\":{},\"roots\":{\"x\":1}}", Set.of(), "{}"),
                Arguments.of("{\"sampling\":{},\"roots\":{\"x\":1}}", Set.of(Capability.ROOTS),
                        "{\"roots\":{\"x\":1}}"),
                Arguments.of("{\"Sampling\":{},\"sampling \":{}}", Set.of(Capability.SAMPLING), "{}"),
                Arguments.of("{\"experimental\":{\"a\":1}}", Set.of(Capability.values()), "{}"),
                Arguments.of(tasks, Set.of(), "{}"), Arguments.of(tasks, Set.of(Capability.TASKS), tasks),
                Arguments.of("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{},\"x\":{}}}",
                        Set.of(Capability.TASKS), "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}"));
    }

    @ParameterizedTest
    @MethodSource("declarations")
    void only_what_is_allowed_is_declared_and_all_else_keeps_its_bytes(
            String declared, Set<Capability> allowed, String kept) throws Exception {
        // Given
        String before = "{\"jsonrpc\" :\"2.0\",\"params\":{ \"n\":1.50,\"capabilities\" : ";
        String after = "\t,\"clientInfo\":{\"name\":\"\\u0061\"}},\"id\":1,\"method\":\"initialize\"}";

        // When
        byte[] out = restricted(before + declared + after, Era.LEGACY, McpMethod.INITIALIZE, allowed);

        // Then
        String text = new String(out, StandardCharsets.UTF_8);
        assertThat(text).startsWith(before).endsWith(after);
        assertThat(MAPPER.readTree(text.substring(before.length(), text.length() - after.length())))
                .isEqualTo(MAPPER.readTree(kept));
    }

    @Test
    void in_the_modern_era_every_request_declares() throws Exception {
        // Given
        String body = "{\"params\":{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{}},\"a\":1}}}";

        // When
        byte[] out = restricted(body, Era.MODERN, McpMethod.LIST_TOOLS, Set.of());

        // Then
        assertThat(new String(out, StandardCharsets.UTF_8)).isEqualTo(body.replace("{\"sampling\":{}}", "{}"));
    }

    @Test
    void a_member_of_that_name_elsewhere_is_none() throws Exception {
        // Given
        String body = "{\"params\":{\"capabilities\":{\"sampling\":{}},\"arguments\":{\"capabilities\":{\"roots\":1}}}}";

        // When
        byte[] out = restricted(body, Era.LEGACY, McpMethod.CALL_TOOL, Set.of());

        // Then
        assertThat(new String(out, StandardCharsets.UTF_8)).isEqualTo(body);
    }
}
