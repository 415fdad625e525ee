package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Row 13: where a request ends must be beyond dispute, or a second one hides in the first. */
@Timeout(120)
class HttpFramingTest {
    private static final String BODY = Request.callBody("read_file", "{}");
    private static final String HIDDEN = new String(
            Request.call("files", "delete_everything", "{}").bytes(), StandardCharsets.ISO_8859_1);

    @RegisterExtension
    static final Rig rig = new Rig();

    private static Request post() {
        return Request.call("files", "read_file", "{}");
    }

    private static String head() {
        return post().openHead();
    }

    private static String chunked(String chunks) {
        return new String(post().chunked(chunks), StandardCharsets.ISO_8859_1);
    }

    private static String oneChunk() {
        return Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n";
    }

    static Stream<Arguments> disputed() {
        int length = BODY.length();
        String size = Integer.toHexString(length);
        String lengths = "Content-Length: " + length + "\r\n";
        return Stream.of(
                Arguments.of("CL then TE", head() + lengths + "Transfer-Encoding: chunked\r\n\r\n" + oneChunk()
                        + "0\r\n\r\n"),
                Arguments.of("TE then CL", head() + "Transfer-Encoding: chunked\r\n" + lengths + "\r\n" + oneChunk()
                        + "0\r\n\r\n"),
                Arguments.of("CL.TE smuggling", head() + "Content-Length: " + (5 + HIDDEN.length())
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
                Arguments.of("TE.CL smuggling", head() + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(HIDDEN.length()) + "\r\n" + HIDDEN + "\r\n0\r\n\r\n"),
                Arguments.of("two equal CL", head() + lengths + lengths + "\r\n" + BODY),
                Arguments.of("two different CL", head() + lengths + "Content-Length: 0\r\n\r\n" + BODY),
                Arguments.of("CL list", head() + "Content-Length: " + length + ", " + length + "\r\n\r\n" + BODY),
                Arguments.of("CL with sign", head() + "Content-Length: +" + length + "\r\n\r\n" + BODY),
                Arguments.of("CL negative", head() + "Content-Length: -1\r\n\r\n" + BODY),
                Arguments.of("CL hexadecimal", head() + "Content-Length: 0x" + size + "\r\n\r\n" + BODY),
                Arguments.of("CL empty", head() + "Content-Length:\r\n\r\n" + BODY),
                Arguments.of("CL with a space in it", head() + "Content-Length: 1 0\r\n\r\n" + BODY),
                Arguments.of("CL beyond a long", head() + "Content-Length: 99999999999999999999\r\n\r\n" + BODY),
                Arguments.of("TE twice", head() + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + oneChunk() + "0\r\n\r\n"),
                Arguments.of("TE identity", head() + "Transfer-Encoding: identity\r\n" + lengths + "\r\n" + BODY),
                Arguments.of("TE xchunked", head() + "Transfer-Encoding: xchunked\r\n\r\n" + oneChunk() + "0\r\n\r\n"),
                Arguments.of("TE x", head() + "Transfer-Encoding: x\r\n" + lengths + "\r\n" + BODY),
                Arguments.of("TE list", head() + "Transfer-Encoding: x, chunked\r\n\r\n" + oneChunk() + "0\r\n\r\n"),
                Arguments.of("TE gzip", head() + "Transfer-Encoding: gzip, chunked\r\n\r\n" + oneChunk()
                        + "0\r\n\r\n"),
                Arguments.of("TE quoted", head() + "Transfer-Encoding: \"chunked\"\r\n" + lengths + "\r\n" + BODY),
                Arguments.of("TE with a tab",
                        head() + "Transfer-Encoding:\tchunked\u000b\r\n" + lengths + "\r\n" + BODY),
                Arguments.of("TE folded", head() + "Transfer-Encoding:\r\n chunked\r\n\r\n" + oneChunk() + "0\r\n\r\n"),
                Arguments.of("TE with space before the colon", head() + "Transfer-Encoding : chunked\r\n" + lengths
                        + "\r\n" + BODY),
                Arguments.of("chunk size with sign", chunked("+" + size + "\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size negative", chunked("-1\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size with 0x", chunked("0x" + size + "\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size empty", chunked("\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size no number", chunked("zz\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size overflows an int",
                        chunked("1000000" + size + "\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size overflows a long", chunked("ffffffffffffffff" + size + "\r\n" + BODY
                        + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size ends in LF", chunked(size + "\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk size ends in CR", chunked(size + "\r" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("chunk data ends in LF", chunked(size + "\r\n" + BODY + "\n0\r\n\r\n")),
                Arguments.of("chunk longer than its size", chunked(size + "\r\n" + BODY + "XX\r\n0\r\n\r\n")),
                Arguments.of("chunk extension with LF", chunked(size + ";a\nb\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("last chunk ends in LF", chunked(oneChunk() + "0\n\n")),
                Arguments.of("LF after the last chunk", chunked(oneChunk() + "0\r\n\n")),
                Arguments.of("space before the chunk size", chunked(" " + size + "\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("trailer without a name", chunked(oneChunk() + "0\r\n: a\r\n\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("disputed")
    void row13_disputed_lengths_are_refused_and_nothing_is_executed(String what, String bytes) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(bytes.getBytes(StandardCharsets.ISO_8859_1));

        // Then
        assertThat(answer).isNotNull();
        assertThat(answer.status()).isIn(400, 501, 413);
        assertThat(answer.header("connection")).isEqualTo("close");
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> oddHeads() {
        String lengths = "Content-Length: " + BODY.length() + "\r\n\r\n";
        String line = "POST /mcp/files HTTP/1.1\r\n";
        String rest = head().substring(line.length());
        return Stream.of(
                Arguments.of("obs-fold with a space", head() + "X-A: 1\r\n 2\r\n" + lengths + BODY),
                Arguments.of("obs-fold with a tab", head() + "X-A: 1\r\n\t2\r\n" + lengths + BODY),
                Arguments.of("obs-fold of the first field", line + " Host: evil\r\n" + rest + lengths + BODY),
                Arguments.of("obs-fold that is empty", head() + "X-A: 1\r\n \r\n" + lengths + BODY),
                Arguments.of("obs-fold that hides a field", head() + "X-A: 1\r\n Transfer-Encoding: chunked\r\n"
                        + lengths + BODY),
                Arguments.of("bare CR in a value", head() + "X-A: 1\rX-B: 2\r\n" + lengths + BODY),
                Arguments.of("bare CR in the request line", "POST /mcp/files\r HTTP/1.1\r\n" + rest + lengths + BODY),
                Arguments.of("bare CR before CR LF", head() + "X-A: 1\r\r\n" + lengths + BODY),
                Arguments.of("LF only", (head() + lengths).replace("\r\n", "\n") + BODY),
                Arguments.of("one LF", head() + "X-A: 1\n" + lengths + BODY),
                Arguments.of("LF ends the head", head() + "Content-Length: " + BODY.length() + "\r\n\n" + BODY),
                Arguments.of("LF ends the request line", "POST /mcp/files HTTP/1.1\n" + rest + lengths + BODY),
                Arguments.of("NUL in a value", head() + "X-A: 1\u00002\r\n" + lengths + BODY),
                Arguments.of("NUL in a name", head() + "X\u0000A: 1\r\n" + lengths + BODY),
                Arguments.of("control in a value", head() + "X-A: 1\u0008\r\n" + lengths + BODY),
                Arguments.of("vertical tab around a value", head() + "X-A: \u000b1\r\n" + lengths + BODY),
                Arguments.of("DEL in a value", head() + "X-A: \u007f\r\n" + lengths + BODY),
                Arguments.of("space before the colon", head() + "X-A : 1\r\n" + lengths + BODY),
                Arguments.of("tab before the colon", head() + "X-A\t: 1\r\n" + lengths + BODY),
                Arguments.of("no colon", head() + "X-A\r\n" + lengths + BODY),
                Arguments.of("no name", head() + ": 1\r\n" + lengths + BODY),
                Arguments.of("name in quotes", head() + "\"X\": 1\r\n" + lengths + BODY),
                Arguments.of("empty line first", "\r\n" + head() + lengths + BODY),
                Arguments.of("spaces first", "  " + head() + lengths + BODY),
                Arguments.of("NUL first", "\u0000" + head() + lengths + BODY),
                Arguments.of("two spaces in the request line", "POST  /mcp/files HTTP/1.1\r\n" + rest + lengths + BODY),
                Arguments.of("tabs in the request line", "POST\t/mcp/files\tHTTP/1.1\r\n" + rest + lengths + BODY),
                Arguments.of("space after the version", "POST /mcp/files HTTP/1.1 \r\n" + rest + lengths + BODY),
                Arguments.of("four words", "POST /mcp/files x HTTP/1.1\r\n" + rest + lengths + BODY),
                Arguments.of("no version", "POST /mcp/files\r\n" + rest + lengths + BODY),
                Arguments.of("endless line", head() + "X-A: " + "a".repeat(40_000) + "\r\n" + lengths + BODY),
                Arguments.of("endless head", head() + "X-A: a\r\n".repeat(10_000) + lengths + BODY),
                Arguments.of("endless request line", "POST /mcp/" + "a".repeat(40_000) + " HTTP/1.1\r\n" + rest
                        + lengths + BODY),
                Arguments.of("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oddHeads")
    void row13_heads_that_are_read_in_two_ways_are_refused_and_nothing_is_executed(String what, String bytes)
            throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(bytes.getBytes(StandardCharsets.ISO_8859_1));

        // Then
        assertThat(answer).isNotNull();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("connection")).isEqualTo("close");
        rig.assertNothingReachedTheServer();
    }

    static Stream<Arguments> plain() {
        String size = Integer.toHexString(BODY.length());
        return Stream.of(
                Arguments.of("one chunk", chunked(oneChunk() + "0\r\n\r\n")),
                Arguments.of("chunks of one byte", chunked(
                        Request.chunks(BODY.getBytes(StandardCharsets.UTF_8), 1))),
                Arguments.of("upper case size and coding", head() + "Transfer-Encoding: Chunked\r\n\r\n"
                        + size.toUpperCase(java.util.Locale.ROOT) + "\r\n" + BODY + "\r\n0\r\n\r\n"),
                Arguments.of("chunk extension", chunked(size + ";a=b\r\n" + BODY + "\r\n0\r\n\r\n")),
                Arguments.of("folded trailer", chunked(oneChunk() + "0\r\nX-A: b\r\n c\r\n\r\n")),
                Arguments.of("trailer", chunked(oneChunk() + "0\r\nX-A: b\r\n\r\n")),
                Arguments.of("trailer that forges a length", chunked(oneChunk() + "0\r\nContent-Length: 3\r\n\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plain")
    void row13_proper_chunks_arrive_as_one_plain_body(String what, String bytes) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(bytes.getBytes(StandardCharsets.ISO_8859_1));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        RawHttp.Message upstream = rig.server().received().getFirst();
        assertThat(upstream.text()).isEqualTo(BODY);
        assertThat(upstream.header("content-length")).isEqualTo(String.valueOf(BODY.length()));
        assertThat(upstream.header("transfer-encoding")).isNull();
        assertThat(upstream.header("x-a")).isNull();
    }

    @Test
    void row13_bytes_after_a_refused_request_are_never_a_request() throws Exception {
        // Given
        String bad = head() + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n{}\n" + HIDDEN.replace("delete_", "read_");

        // When
        try (Agent agent = rig.agent()) {
            RawHttp.Message first = agent.sendWhatIsTaken(bad.getBytes(StandardCharsets.ISO_8859_1)).receive();

            // Then
            assertThat(first.status()).isEqualTo(400);
            assertThat(agent.isClosed()).isTrue();
        }
        rig.assertNothingReachedTheServer();
    }

    @Test
    void row13_a_body_that_looks_like_a_request_stays_a_body() throws Exception {
        // Given
        String arguments = "{\"text\":\"" + HIDDEN.replace("\\", "\\\\").replace("\"", "\\\"").replace("\r\n",
                "\\r\\n") + "\"}";

        // When
        RawHttp.Message answer = rig.exchange(Request.call("files", "read_file", arguments));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.executed()).containsExactly("read_file");
    }

    @Test
    void pipelined_requests_that_are_answered_at_once_are_answered_in_order() throws Exception {
        // Given
        byte[] denied = Request.call("files", "delete_file", "{}").bytes();
        byte[] three = new byte[3 * denied.length];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(denied, 0, three, i * denied.length, denied.length);
        }

        // When
        try (Agent agent = rig.agent().send(three)) {
            // Then
            for (int i = 0; i < 3; i++) {
                assertThat(agent.receive().text()).contains("policy_denied");
            }
        }
    }

    @Test
    void a_request_before_the_answer_to_the_last_ends_the_connection_and_is_not_executed() throws Exception {
        // Given
        rig.server().answers(exchange -> Thread.sleep(60_000));
        try (Agent agent = rig.agent().send(Request.call("files", "read_first", "{}"))) {
            Rig.await("the first call", () -> rig.executed().size() == 1);

            // When
            agent.send(Request.call("files", "read_second", "{}"));

            // Then
            assertThat(agent.isClosed()).isTrue();
        }
        assertThat(rig.executed()).containsExactly("read_first");
    }
}
