package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 4, 5, 14 and 15: what the head of a request may say, and how little of it goes on. */
@Timeout(120)
class HttpHeadTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static Request call() {
        return Request.call("files", "read_file", "{}");
    }

    private static Arguments refused(int status, String what, Request request) {
        return Arguments.of(what, status, request);
    }

    static Stream<Arguments> targets() {
        return Stream.of(
                "http://169.254.169.254/latest/meta-data", "http://169.254.169.254/mcp/files",
                "http://user:password@127.0.0.1/mcp/files", "//169.254.169.254/mcp/files", "//mcp/files",
                "/mcp//files", "/mcp/files/", "/mcp/files/../files", "/mcp/x/../files", "/mcp/./files", "/mcp/../files",
                "/mcp/%66iles", "/mcp%2ffiles", "/mcp/files%00", "/mcp/files%2f..%2fshop", "/mcp/files?x=1",
                "/mcp/files?", "/mcp/files#x", "/mcp/files;x=1", "/mcp\\files", "/mcp/FILES", "/MCP/files",
                "/mcp/..", "/mcp/", "/mcp", "/", "*", "files", "/mcp/files@evil", "/mcp/-files", "/mcp/fi les",
                "/mcp/\u00ff", "/mcp/" + "a".repeat(300), "/v1/decisions", "/healthz")
                .map(target -> refused(target.matches("[!-~]*") ? 404 : 400, target,
                        call().line("POST " + target + " HTTP/1.1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void row14_only_the_path_of_a_tool_server_is_a_target(String what, int status, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).doesNotContain("169.254");
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> addresses() {
        Stream<Arguments> hosts = Stream.of(
                "evil.example", "169.254.169.254", "127.0.0.1.evil.example", "localhost.evil.example", "evil@127.0.0.1",
                "127.0.0.1@evil", "127.0.0.1:80:80", "127.0.0.1, evil", "", "[::1].evil", "[::2]", "127.0.0.1/x",
                "2130706433", "0x7f.1", "127.1", "localhost.", "localhost:123456")
                .map(host -> refused(403, "Host: " + host, call().replaced("Host", host)));
        Stream<Arguments> origins = Stream.of(
                "null", "http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1@evil.example",
                "file://127.0.0.1", "http://", "127.0.0.1", "http://localhost/path", "")
                .map(origin -> refused(403, "Origin: " + origin, call().with("Origin", origin)));
        return Stream.of(hosts, origins, Stream.of(
                refused(403, "no Host", call().without("Host")),
                refused(400, "two equal Hosts", call().with("Host", "127.0.0.1")),
                refused(400, "two Hosts", call().with("host", "evil.example")),
                refused(400, "two Origins",
                        call().with("Origin", "http://localhost").with("Origin", "http://evil.example"))))
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("addresses")
    void names_that_are_not_the_guardrails_are_refused(String what, int status, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(status);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:15080", "localhost", "LOCALHOST:1", "[::1]", "[::1]:15080"})
    void names_of_the_guardrail_are_taken(String host) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(call().replaced("Host", host).with("Origin", "http://" + host));

        // Then
        assertThat(answer.status()).isEqualTo(200);
    }

    static Stream<Arguments> bodies() throws Exception {
        return Stream.of(
                refused(415, "gzip", gzipped().with("Content-Encoding", "gzip")),
                refused(415, "br", call().with("Content-Encoding", "br")),
                refused(415, "gzip in capitals", gzipped().with("Content-Encoding", "GZIP")),
                refused(415, "coding list", gzipped().with("Content-Encoding", "identity, gzip")),
                refused(400, "two codings",
                        gzipped().with("Content-Encoding", "identity").with("Content-Encoding", "gzip")),
                refused(400, "gzip without saying so", gzipped()));
    }

    private static Request gzipped() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(call().body());
        }
        return Request.post("files", bytes.toByteArray());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void row04_compressed_bodies_are_refused(String what, int status, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(status);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/json", "application/json-rpc", "application/jsonx", "application",
            "application/x-www-form-urlencoded", "multipart/form-data", "application/json, text/plain",
            "application/json; charset=utf-16", "application/json; charset=iso-8859-1", "application/json;charset=",
            "application/json; charset=utf-8; charset=utf-16", "application/json; charset=\"utf-16\"",
            "application/json; charset='utf-8'", "application/json; boundary=x", "application/json; charset=utf-8 x",
            "",
            "application/ json", "application/vnd.api+json"})
    void row05_content_types_other_than_json_in_utf8_are_refused(String type) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(call().replaced("Content-Type", type));

        // Then
        assertThat(answer.status()).isEqualTo(415);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row05_no_content_type_or_two_are_refused() throws Exception {
        // When
        RawHttp.Message none = rig.exchange(call().without("Content-Type"));
        RawHttp.Message two = rig.exchange(call().with("Content-Type", "text/plain"));

        // Then
        assertThat(List.of(none.status(), two.status())).containsExactly(415, 400);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "APPLICATION/JSON", "application/json;charset=UTF-8",
            "application/json ; charset=utf-8", "application/json; charset=\"UTF-8\""})
    void row05_ways_to_say_json_in_utf8_are_taken(String type) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(call().replaced("Content-Type", type));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().all("content-type")).containsExactly("application/json");
    }

    static Stream<Arguments> protocols() {
        return Stream.of(
                refused(505, "HTTP/1.0", call().line("POST /mcp/files HTTP/1.0")),
                refused(505, "HTTP/1.0 kept alive",
                        call().line("POST /mcp/files HTTP/1.0").with("Connection", "keep-alive")),
                refused(505, "HTTP/1.2", call().line("POST /mcp/files HTTP/1.2")),
                refused(505, "HTTP/2.0", call().line("POST /mcp/files HTTP/2.0")),
                refused(400, "HTTP/0.9", call().line("POST /mcp/files")),
                refused(400, "other protocol", call().line("POST /mcp/files ICY/1.1 ")),
                refused(400, "websocket", Request.get("files").with("Upgrade", "websocket")
                        .with("Connection", "Upgrade").with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                        .with("Sec-WebSocket-Version", "13")),
                refused(400, "websocket on POST", call().with("Upgrade", "websocket").with("Connection", "Upgrade")),
                refused(400, "upgrade list", call().with("Upgrade", "h2c, websocket")),
                refused(400, "two upgrades", call().with("Upgrade", "h2c").with("Upgrade", "websocket")),
                refused(405, "PUT", call().line("PUT /mcp/files HTTP/1.1")),
                refused(405, "PATCH", call().line("PATCH /mcp/files HTTP/1.1")),
                refused(405, "OPTIONS", call().line("OPTIONS /mcp/files HTTP/1.1")),
                refused(405, "TRACE", call().line("TRACE /mcp/files HTTP/1.1")),
                refused(405, "post", call().line("post /mcp/files HTTP/1.1")),
                refused(404, "CONNECT", call().line("CONNECT 169.254.169.254:80 HTTP/1.1")),
                refused(400, "GET with a body", call().line("GET /mcp/files HTTP/1.1")),
                refused(400, "DELETE with a body", call().line("DELETE /mcp/files HTTP/1.1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("protocols")
    void row15_other_protocols_and_methods_are_refused(String what, int status, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("upgrade")).isNull();
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row15_the_preface_of_http2_is_refused() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        // Then
        assertThat(answer.status()).isEqualTo(505);
        assertThat(answer.header("connection")).isEqualTo("close");
    }

    @Test
    void row15_an_offer_of_h2c_is_answered_in_http11() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(call().with("Upgrade", "h2c")
                .with("Connection", "Upgrade, HTTP2-Settings").with("HTTP2-Settings", "AAMAAABkAAQAAP__"));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().everything()).doesNotContainIgnoringCase("h2c")
                .doesNotContainIgnoringCase("http2-settings");
    }

    @Test
    void a_client_that_waits_for_100_continue_gets_it_once_its_head_is_fine() throws Exception {
        // Given
        Request request = call().with("Expect", "100-continue");

        try (Agent agent = rig.agent()) {
            // When
            agent.send(request.openHead() + "Content-Length: " + request.body().length + "\r\n\r\n");

            // Then
            assertThat(agent.receive().status()).isEqualTo(100);
            assertThat(agent.send(request.body()).receive().status()).isEqualTo(200);
        }
        assertThat(rig.server().received().getFirst().header("expect")).isNull();
    }

    @Test
    void a_client_that_waits_for_100_continue_is_refused_before_it_sends_a_body() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange((call().with("Expect", "100-continue").openHead()
                + "Content-Length: 999999999\r\n\r\n").getBytes(StandardCharsets.US_ASCII));

        // Then
        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void only_known_fields_go_on_and_none_that_says_who_is_asking() throws Exception {
        // Given
        Request request = call()
                .with("Authorization", "Bearer stolen").with("Proxy-Authorization", "Basic eA==")
                .with("Cookie", "session=stolen").with("X-Forwarded-For", "10.0.0.1")
                .with("X-Forwarded-Host", "evil").with("Forwarded", "for=10.0.0.1").with("X-Real-IP", "10.0.0.1")
                .with("X-Agent-Id", "admin").with("X-Original-URL", "/admin").with("X-HTTP-Method-Override", "DELETE")
                .with("TE", "trailers").with("Via", "1.1 x").with("Connection", "keep-alive, Accept")
                .with("Keep-Alive", "timeout=5").with("Proxy-Connection", "keep-alive").with("Range", "bytes=0-1")
                .with("If-None-Match", "x").with("Mcp-Method", "tools/list").with("Mcp-Name", "other")
                .with("Mcp-Param-Path", "/etc").with("User-Agent", "agent/1")
                .with("Accept-Encoding", "gzip").with("Traceparent", "00-1-1-00");

        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().fields()).extracting(field -> field.name().toLowerCase(
                java.util.Locale.ROOT)).containsExactlyInAnyOrder("host", "accept", "user-agent", "traceparent",
                        "accept-encoding", "content-type", "content-length");
        assertThat(rig.server().received().getFirst().header("accept-encoding")).isEqualTo("identity");
        assertThat(rig.server().received().getFirst().header("host"))
                .isEqualTo("127.0.0.1:" + rig.server().port());
    }

    @Test
    void header_injection_into_the_upstream_request_is_impossible() throws Exception {
        // Given
        String head = call().with("User-Agent", "x\u008d\u008aX-Evil: 1").with("Traceparent", "a\u0085X-Evil: 1")
                .openHead();

        // When
        RawHttp.Message answer = rig.exchange((head + "Content-Length: " + call().body().length + "\r\n\r\n"
                + new String(call().body(), StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().header("x-evil")).isNull();
    }
}
