package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 9, 10 and 30: a request belongs to one era, and its headers say what its body says. */
@Timeout(120)
class EraTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private static Request modern() {
        return Request.modernCall("files", "read_file", "{\"path\":\"/a\",\"deep\":{\"n\":7,\"b\":true}}");
    }

    private static Request legacy() {
        return Request.call("files", "read_file", "{}");
    }

    private static String base64(String text) {
        return "=?base64?" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    static Stream<Arguments> mismatches() {
        return Stream.of(
                Arguments.of("no Mcp-Method", modern().without("Mcp-Method")),
                Arguments.of("other Mcp-Method", modern().replaced("Mcp-Method", "tools/list")),
                Arguments.of("Mcp-Method in capitals", modern().replaced("Mcp-Method", "TOOLS/CALL")),
                Arguments.of("Mcp-Method in base64", modern().replaced("Mcp-Method", base64("tools/call"))),
                Arguments.of("empty Mcp-Method", modern().replaced("Mcp-Method", "")),
                Arguments.of("two equal Mcp-Methods", modern().with("Mcp-Method", "tools/call")),
                Arguments.of("two Mcp-Methods", modern().with("mcp-method", "tools/list")),
                Arguments.of("no Mcp-Name", modern().without("Mcp-Name")),
                Arguments.of("other Mcp-Name", modern().replaced("Mcp-Name", "delete_file")),
                Arguments.of("Mcp-Name in another case", modern().replaced("Mcp-Name", "READ_FILE")),
                Arguments.of("two Mcp-Names", modern().with("MCP-NAME", "read_file")),
                Arguments.of("other Mcp-Name in base64", modern().replaced("Mcp-Name", base64("delete_file"))),
                Arguments.of("Mcp-Name in broken base64", modern().replaced("Mcp-Name", "=?base64?cmVh*?=")),
                Arguments.of("Mcp-Name in base64 of no UTF-8", modern().replaced("Mcp-Name", "=?base64?/w==?=")),
                Arguments.of("Mcp-Name with half a sentinel", modern().replaced("Mcp-Name", "=?base64?=")),
                Arguments.of("Mcp-Name with a sentinel in capitals",
                        modern().replaced("Mcp-Name", base64("read_file").replace("base64", "BASE64"))),
                Arguments.of("Mcp-Name as a list", modern().replaced("Mcp-Name", "read_file, read_file")),
                Arguments.of("Mcp-Param of no argument", modern().with("Mcp-Param-Path", "/etc")),
                Arguments.of("Mcp-Param twice", modern().with("Mcp-Param-A", "/a").with("mcp-param-a", "/a")),
                Arguments.of("Mcp-Param of another type", modern().with("Mcp-Param-N", "7.5")),
                Arguments.of("Mcp-Param in base64 of another value", modern().with("Mcp-Param-A", base64("/b"))),
                Arguments.of("Mcp-Param without arguments",
                        Request.modern("files", "tools/list", "").with("Mcp-Param-A", "1")),
                Arguments.of("other version", modern().replaced("MCP-Protocol-Version", "2027-01-01")),
                Arguments.of("legacy version over a modern body",
                        modern().replaced("MCP-Protocol-Version", "2025-11-25")),
                Arguments.of("no version over a modern body", modern().without("MCP-Protocol-Version")),
                Arguments.of("version that is no date", modern().replaced("MCP-Protocol-Version", "latest")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mismatches")
    void row09_headers_that_do_not_say_what_the_body_says_are_refused(String what, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("-32020");
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> confusions() {
        return Stream.of(
                Arguments.of(400, "-32602", "modern header over a legacy body",
                        legacy().with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(400, "-32022", "version to come, in both", Request
                        .post("files", new String(modern().body(), StandardCharsets.UTF_8).replace("2026-07-28",
                                "2027-05-05"))
                        .with("MCP-Protocol-Version", "2027-05-05").with("Mcp-Method", "tools/call")
                        .with("Mcp-Name", "read_file")),
                Arguments.of(400, "-32022", "legacy version in the modern way", Request
                        .post("files", new String(modern().body(), StandardCharsets.UTF_8).replace("2026-07-28",
                                "2025-11-25"))
                        .with("MCP-Protocol-Version", "2025-11-25")),
                Arguments.of(400, "-32602", "no client capabilities", Request.post("files", Request.callBody(
                        "read_file",
                        "{}").replace("\"arguments\"",
                                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"},\"arguments\""))
                        .with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(400, "-32600", "version that is no string", Request.post("files",
                        Request.callBody("read_file", "{}").replace("\"arguments\"",
                                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":20260728},\"arguments\""))
                        .with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(400, "-32600", "two equal versions",
                        modern().with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(400, "-32600", "two versions", modern().with("MCP-Protocol-Version", "2025-11-25")),
                Arguments.of(404, "-32601", "initialize in the modern era",
                        Request.modern("files", "initialize", "")),
                Arguments.of(404, "-32601", "ping in the modern era", Request.modern("files", "ping", "")),
                Arguments.of(404, "-32601", "logging in the modern era",
                        Request.modern("files", "logging/setLevel", "")),
                Arguments.of(200, "-32601", "discover in the legacy era", Request.rpc("files", "server/discover")),
                Arguments.of(200, "-32601", "listen in the legacy era", Request.rpc("files", "subscriptions/listen")),
                Arguments.of(400, "-32600", "response in the modern era",
                        Request.post("wide", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")
                                .with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(405, "-32600", "GET in the modern era",
                        Request.get("files").with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(405, "-32600", "DELETE in the modern era",
                        Request.delete("files").with("MCP-Protocol-Version", Request.MODERN)),
                Arguments.of(400, "-32600", "GET of two versions", Request.get("files")
                        .with("MCP-Protocol-Version", "2025-11-25").with("MCP-Protocol-Version", Request.MODERN)));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("confusions")
    void row10_requests_of_two_eras_at_once_are_refused(int status, String code, String what, Request request)
            throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).contains(code);
        rig.assertNothingReachedTheServer();
    }

    @ParameterizedTest
    @ValueSource(strings = {"forged", "a.b", "x.000000000000000000000000"})
    void row10_a_session_id_in_the_modern_era_goes_no_further(String id) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(modern().with("Mcp-Session-Id", id).with("Last-Event-ID", "7"));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        RawHttp.Message upstream = rig.server().received().getFirst();
        assertThat(upstream.header("mcp-session-id")).isNull();
        assertThat(upstream.header("last-event-id")).isNull();
    }

    @Test
    void row09_proper_modern_calls_pass_with_their_headers() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(modern().replaced("Mcp-Name", base64("read_file"))
                .with("Mcp-Param-Path", "/a").with("Mcp-Param-N", "7").with("Mcp-Param-B", "true")
                .with("Mcp-Param-Encoded", base64("/a")));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        RawHttp.Message upstream = rig.server().received().getFirst();
        assertThat(upstream.header("mcp-method")).isEqualTo("tools/call");
        assertThat(upstream.header("mcp-param-path")).isEqualTo("/a");
        assertThat(upstream.header("mcp-protocol-version")).isEqualTo(Request.MODERN);
    }

    @Test
    void row09_mirrored_headers_mean_nothing_in_the_legacy_era_and_go_no_further() throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(legacy().with("Mcp-Method", "tools/list").with("Mcp-Name", "delete_file")
                .with("Mcp-Param-X", "y").with("MCP-Protocol-Version", "2025-11-25"));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().everything()).doesNotContain("delete_file")
                .doesNotContainIgnoringCase("mcp-method").doesNotContainIgnoringCase("mcp-param");
    }

    static Stream<Arguments> notifications() {
        Request cancelled = Request.post("files", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                + "\"params\":{\"requestId\":1," + META + "}}").with("MCP-Protocol-Version", Request.MODERN);
        Request bare = Request.post("files", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}")
                .with("MCP-Protocol-Version", Request.MODERN);
        return Stream.of(
                Arguments.of("other method", cancelled.with("Mcp-Method", "tools/call")),
                Arguments.of("other method over a bare notification", bare.with("Mcp-Method", "tools/call")),
                Arguments.of("parameter", Request.post("files",
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}")
                        .with("MCP-Protocol-Version", Request.MODERN)
                        .with("Mcp-Method", "notifications/cancelled").with("Mcp-Param-Path", "/etc")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notifications")
    void row09_headers_of_modern_notifications_are_checked_too(String what, Request request) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(request);

        // Then
        assertThat(answer.status()).isEqualTo(400);
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row30_values_of_mirrored_parameters_are_not_recorded() throws Exception {
        // When
        rig.exchange(
                Request.modernCall("files", "read_file", "{\"path\":\"hunter2\"}").with("Mcp-Param-Path", "hunter2"));
        rig.exchange(Request.modernCall("files", "read_file", "{}").with("Mcp-Param-Path", "hunter2"));

        // Then
        assertThat(rig.trail().lines().toString()).doesNotContain("hunter2");
    }
}
