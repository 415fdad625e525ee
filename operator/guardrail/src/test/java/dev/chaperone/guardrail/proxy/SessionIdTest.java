package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 18 and 19: an MCP session belongs to the agent and the server that it was opened between. */
@Timeout(120)
class SessionIdTest {
    private static final String OWN = "upstream-session-1";

    @RegisterExtension
    static final Rig rig = new Rig();

    private String opened(String server) throws Exception {
        String id = rig.exchange(Request.rpc(server, "initialize")).header("mcp-session-id");
        rig.server().received().clear();
        return id;
    }

    @Test
    void row18_a_session_id_reaches_its_server_as_the_server_gave_it() throws Exception {
        // Given
        String id = opened("files");

        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "read_file", "{}").with("Mcp-Session-Id", id));

        // Then
        assertThat(id).isNotEqualTo(OWN);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().header("mcp-session-id")).isEqualTo(OWN);
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                Arguments.of("the server's own id", OWN), Arguments.of("nothing", ""), Arguments.of("a dot", "."),
                Arguments.of("a made up seal", OWN + "." + "A".repeat(24)),
                Arguments.of("an empty id", "." + "A".repeat(24)),
                Arguments.of("a short seal", OWN + ".AAAA"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void row18_forged_session_ids_are_unknown(String what, String id) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "read_file", "{}").with("Mcp-Session-Id", id));

        // Then
        assertThat(answer.status()).isEqualTo(404);
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> spoilt() {
        return Stream.of(
                Arguments.of("last character", -1), Arguments.of("middle of the seal", -12),
                Arguments.of("dot", -25), Arguments.of("id", 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoilt")
    void row18_session_ids_that_were_changed_are_unknown(String what, int at) throws Exception {
        // Given
        StringBuilder id = new StringBuilder(opened("files"));
        int index = at < 0 ? id.length() + at : at;
        id.setCharAt(index, id.charAt(index) == 'A' ? 'B' : 'A');

        // When
        RawHttp.Message answer = rig.exchange(
                Request.call("files", "read_file", "{}").with("Mcp-Session-Id", id.toString()));

        // Then
        assertThat(answer.status()).isEqualTo(404);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row18_a_session_id_of_another_server_is_unknown_for_every_method() throws Exception {
        // Given
        String id = opened("files");

        // When
        RawHttp.Message post = rig.exchange(Request.rpc("wide", "tools/list").with("Mcp-Session-Id", id));
        RawHttp.Message get = rig.exchange(Request.get("wide").with("Mcp-Session-Id", id));
        RawHttp.Message delete = rig.exchange(Request.delete("wide").with("Mcp-Session-Id", id));

        // Then
        assertThat(Stream.of(post, get, delete).map(RawHttp.Message::status)).containsOnly(404);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row18_two_session_ids_are_refused() throws Exception {
        // Given
        String id = opened("files");

        // When
        RawHttp.Message answer = rig.exchange(
                Request.rpc("files", "tools/list").with("Mcp-Session-Id", id).with("mcp-session-id", id));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row18_a_session_id_of_another_agents_guardrail_is_unknown() throws Exception {
        // Given
        Rig other = new Rig();
        other.beforeEach(null);
        String foreign = other.exchange(Request.rpc("files", "initialize")).header("mcp-session-id");
        other.afterEach(null);

        // When
        RawHttp.Message answer = rig.exchange(
                Request.call("files", "read_file", "{}").with("Mcp-Session-Id", foreign));

        // Then
        assertThat(answer.status()).isEqualTo(404);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row18_a_stream_is_resumed_only_within_its_session() throws Exception {
        // Given
        String id = opened("files");
        rig.server().answers(exchange -> exchange.stream(": hello\n\n"));

        // When
        RawHttp.Message own = rig.exchange(Request.get("files").with("Mcp-Session-Id", id).with("Last-Event-ID", "7"));
        RawHttp.Message forged = rig.exchange(
                Request.get("files").with("Mcp-Session-Id", OWN).with("Last-Event-ID", "7"));

        // Then
        assertThat(own.status()).isEqualTo(200);
        assertThat(forged.status()).isEqualTo(404);
        assertThat(rig.server().received()).hasSize(1);
        assertThat(rig.server().received().getFirst().header("last-event-id")).isEqualTo("7");
    }

    @Test
    void row19_a_retry_with_request_state_is_decided_like_any_other_call() throws Exception {
        // Given
        String params = "\"name\":\"delete_file\",\"arguments\":{},\"requestState\":\"approved\"";

        // When
        RawHttp.Message answer = rig
                .exchange(Request.modern("wide", "tools/call", params).with("Mcp-Name", "delete_file"));

        // Then
        assertThat(answer.text()).contains("policy_denied");
        rig.assertNothingReachedTheServer();
    }
}
