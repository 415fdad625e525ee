package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 14 and 18: the credential goes to its tool server and nowhere else, whatever that server does with it. */
@Timeout(120)
class CredentialTest {
    @RegisterExtension
    final Rig rig = new Rig();

    private static Request call() {
        return Request.call("shop", "read_file", "{}");
    }

    @Test
    void the_credential_takes_the_place_of_what_the_agent_claims_to_be() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(call().with("Authorization", "Bearer mine"));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().all("authorization")).containsExactly("Bearer " + Rig.TOKEN);
    }

    @Test
    void no_other_server_gets_the_credential() throws Exception {
        // When
        rig.exchange(Request.call("files", "read_file", "{}").with("Authorization", "Bearer mine"));

        // Then
        assertThat(rig.server().received().getFirst().header("authorization")).isNull();
    }

    @Test
    void without_its_credential_a_server_is_not_called() throws Exception {
        // Given
        Files.delete(rig.directory().resolve("credentials/shop"));

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("not_ready");
        rig.assertNothingReachedTheServer();
    }

    @Test
    void a_credential_that_would_end_the_header_line_is_none() throws Exception {
        // Given
        Files.writeString(rig.directory().resolve("credentials/shop"), "abc\r\nX-Evil: 1");

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.status()).isEqualTo(503);
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> echoes() {
        String token = Rig.TOKEN;
        String escaped = token.replace("/", "\\/").replace("+", "\\u002b").replace("=", "\\u003D");
        return Stream.of(
                echo("an error in JSON", 500, "application/json", "", "{\"error\":\"Bearer " + token + "\"}"),
                echo("an error of JSON-RPC", 400, "application/json", "",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"" + token + "\"}}"),
                echo("a result", 200, "application/json", "",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"" + token
                                + "\"}]}}"),
                echo("escapes", 200, "application/json", "", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"" + escaped
                        + "\"}"),
                echo("a stack trace", 500, "text/plain", "", "at x " + token),
                echo("a page", 500, "text/html", "", "<pre>Authorization: Bearer " + token + "</pre>"),
                echo("an event", 200, "text/event-stream", "",
                        "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":\"" + token + "\"}}\n\n"),
                echo("the id of an event", 200, "text/event-stream", "", "id: " + token + "\n\n"),
                echo("a comment", 200, "text/event-stream", "", ": " + token + "\n\n"),
                echo("the content type", 200, "application/json; x=" + token, "", "{}"),
                echo("a header that goes on", 200, "application/json", "Cache-Control: x=" + token + "\r\n", "{}"),
                echo("a session id", 200, "application/json", "Mcp-Session-Id: " + token + "\r\n", "{}"),
                echo("a header that does not", 200, "application/json", "X-Echo: " + token + "\r\nAuthorization: "
                        + token + "\r\n", "{}"),
                echo("a challenge", 401, "application/json", "WWW-Authenticate: Bearer error=\"" + token + "\"\r\n",
                        "{\"e\":\"" + token + "\"}"),
                echo("a redirect", 302, "application/json", "Location: http://x/?t=" + token + "\r\n", "{}"));
    }

    private static Arguments echo(String where, int status, String type, String head, String body) {
        return Arguments.of(where, status, type, head, body);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("echoes")
    void a_server_that_echoes_the_credential_does_not_bring_it_to_the_agent(
            String where, int status, String type, String head, String body) throws Exception {
        // Given
        rig.server().answers(exchange -> exchange.whole(status, type, head, body));

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(unescaped(answer.everything())).doesNotContain(Rig.TOKEN).doesNotContain(Rig.TOKEN.substring(8, 24));
    }

    @Test
    void a_credential_that_comes_byte_by_byte_does_not_get_through_in_part() throws Exception {
        // Given
        rig.server().answers(exchange -> {
            exchange.write("HTTP/1.1 500 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (char c : ("{\"error\":\"" + Rig.TOKEN + "\"}").toCharArray()) {
                exchange.chunk(String.valueOf(c));
                Thread.sleep(2);
            }
            exchange.end();
        });

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.everything()).doesNotContain(Rig.TOKEN.substring(0, 8));
    }

    @Test
    void what_merely_resembles_the_credential_passes_whole() throws Exception {
        // Given
        String text = Rig.TOKEN.substring(0, 20) + " " + Rig.TOKEN.substring(0, 12) + Rig.TOKEN.substring(0, 30);
        rig.server().answers(exchange -> {
            exchange.write("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (char c : ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"" + text + "\"}").toCharArray()) {
                exchange.chunk(String.valueOf(c));
            }
            exchange.end();
        });

        // When
        RawHttp.Message answer = rig.exchange(call());

        // Then
        assertThat(answer.text()).contains(text);
        assertThat(answer.whole()).isTrue();
    }

    @Test
    void neither_credential_nor_arguments_are_in_the_audit_trail_or_the_metrics() throws Exception {
        // Given
        rig.exchange(Request.call("shop", "read_file", "{\"password\":\"hunter2\"}"));

        // When
        String trail = Files.readString(rig.directory().resolve("audit.jsonl"));
        String metrics;
        try (Agent scraper = new Agent(rig.guardrail().adminAddress())) {
            metrics = scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").receive().text();
        }

        // Then
        assertThat(trail + metrics).doesNotContain(Rig.TOKEN).doesNotContain("hunter2").contains("Allow");
    }

    private static String unescaped(String text) {
        String plain = text.replace("\\/", "/");
        for (char c = 0x20; c < 0x7f; c++) {
            String hex = String.format(Locale.ROOT, "\\u%04x", (int) c);
            plain = plain.replace(hex, String.valueOf(c)).replace(hex.toUpperCase(Locale.ROOT).replace("\\U", "\\u"),
                    String.valueOf(c));
        }
        return new String(plain.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
