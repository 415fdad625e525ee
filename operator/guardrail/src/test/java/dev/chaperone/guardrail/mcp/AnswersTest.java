package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.DenialCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswersTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonRpcId ID = new JsonRpcId("\"a\\u0022b\"");

    @ParameterizedTest
    @EnumSource(DenialCode.class)
    void a_denial_is_a_result_that_a_model_can_read(DenialCode code) throws Exception {
        for (Era era : Era.values()) {
            // When
            byte[] answer = Answers.denied(era, ID, code, "call-1", List.of("no \"quotes\"\n", "second"));

            // Then
            JsonNode json = MAPPER.readTree(answer);
            assertThat(json.path("id").asText()).isEqualTo("a\"b");
            assertThat(json.path("result").path("isError").asBoolean()).isTrue();
            assertThat(json.path("result").path("content").path(0).path("text").asText())
                    .contains(code.wireName()).contains("no \"quotes\"").contains("second");
            assertThat(json.path("result").path("_meta").path("chaperone.dev/code").asText())
                    .isEqualTo(code.wireName());
            assertThat(json.path("result").path("_meta").path("chaperone.dev/call").asText()).isEqualTo("call-1");
            assertThat(json.path("result").has("resultType")).isEqualTo(era == Era.MODERN);
            assertThat(json.path("result").has("structuredContent")).isFalse();
        }
    }

    @Test
    void a_refusal_without_an_id_to_answer_says_null() throws Exception {
        // When
        byte[] answer = Answers.refused(null, RefusedException.invalid("why"), "call-1");

        // Then
        JsonNode json = MAPPER.readTree(answer);
        assertThat(json.path("id").isNull()).isTrue();
        assertThat(json.path("error").path("code").asInt()).isEqualTo(-32600);
        assertThat(json.path("error").path("message").asText()).isEqualTo("why");
        assertThat(json.path("error").path("data").path("chaperone.dev/code").asText()).isEqualTo("invalid_request");
    }

    @Test
    void our_own_code_lies_outside_what_others_have_reserved() {
        // Given
        int own = RefusedException.unavailable(DenialCode.NOT_READY, "x").rpcCode();

        // Then
        assertThat(own < -32768 || own > -32000).isTrue();
    }
}
