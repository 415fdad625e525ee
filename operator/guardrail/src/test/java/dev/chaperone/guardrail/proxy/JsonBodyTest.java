package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 1 to 3 and 5 to 8: bytes that could mean two things mean nothing here. */
@Timeout(120)
class JsonBodyTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String CALL = Request.callBody("read_file", "{\"path\":\"/a\"}");

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void assertRefused(byte[] body, int rpcCode) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", body));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"code\":" + rpcCode).contains("invalid_request");
        rig.assertNothingReachedTheServer();
    }

    static Stream<String> duplicates() {
        String call = Request.callBody("read_file", "{}");
        return Stream.of(
                call.replace("\"params\":", "\"params\":{\"name\":\"delete_file\"},\"params\":"),
                call.replace("\"method\":", "\"method\":\"tools/list\",\"method\":"),
                call.replace("\"id\":1", "\"id\":1,\"id\":2"),
                call.replace("\"name\":\"read_file\"", "\"name\":\"read_file\",\"name\":\"delete_file\""),
                call.replace("\"name\":\"read_file\"", "\"name\":\"delete_file\",\"name\":\"read_file\""),
                call.replace("\"name\":\"read_file\"", "\"name\":\"read_file\",\"n\\u0061me\":\"delete_file\""),
                call.replace("\"arguments\":{}", "\"arguments\":{},\"arguments\":{\"path\":\"/etc\"}"),
                call.replace("{}", "{\"path\":\"/a\",\"path\":\"/etc\"}"),
                call.replace("{}", "{\"path\":\"/a\",\"\\u0070ath\":\"/etc\"}"),
                call.replace("{}", "{\"deep\":{\"list\":[{\"a\":1,\"a\":2}]}}"),
                call.replace("\"arguments\"", "\"_meta\":{\"a\":1,\"a\":2},\"arguments\""));
    }

    @ParameterizedTest
    @MethodSource("duplicates")
    void row01_duplicate_keys_are_refused_and_nothing_is_executed(String body) throws Exception {
        assertRefused(utf8(body), -32700);
    }

    static Stream<String> batches() {
        return Stream.of("[" + CALL + "]", "[" + CALL + "," + CALL + "]", "[]", " [" + CALL + "]", "[[" + CALL + "]]");
    }

    @ParameterizedTest
    @MethodSource("batches")
    void row02_batches_are_refused_and_nothing_is_executed(String body) throws Exception {
        assertRefused(utf8(body), -32600);
    }

    static Stream<String> notJson() {
        return Stream.of(CALL + CALL, CALL + "\n" + CALL, CALL + "x", CALL + "\0", CALL + "//", CALL + ",", "x" + CALL,
                "/* c */" + CALL, "// c\n" + CALL, CALL.replace("{\"path\"", "{/**/\"path\""),
                CALL.replace("\"/a\"", "NaN"), CALL.replace("\"/a\"", "Infinity"), CALL.replace("\"/a\"", "-Infinity"),
                CALL.replace("\"/a\"", "01"), CALL.replace("\"/a\"", "'a'"), CALL.replace("\"path\"", "path"),
                CALL.replace("\"/a\"}", "\"/a\",}"), CALL.replace("\"/a\"", "\"a\tb\""),
                CALL.replace("\"/a\"", "\"\\x41\""), CALL.replace("\"/a\"", "undefined"), "", " ", "{", "null", "\"x\"",
                ")]}',\n" + CALL, "data: " + CALL, "jsonp(" + CALL + ")");
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void row03_what_is_not_strictly_json_is_refused(String body) throws Exception {
        assertRefused(utf8(body), body.equals("null") || body.equals("\"x\"") ? -32600 : -32700);
    }

    static Stream<Arguments> encodings() {
        ByteArrayOutputStream bom = new ByteArrayOutputStream();
        bom.writeBytes(new byte[]{(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        bom.writeBytes(utf8(CALL));
        return Stream.of(
                Arguments.of("BOM", bom.toByteArray()),
                Arguments.of("UTF-16 with BOM", CALL.getBytes(StandardCharsets.UTF_16)),
                Arguments.of("UTF-16LE", CALL.getBytes(StandardCharsets.UTF_16LE)),
                Arguments.of("UTF-16BE", CALL.getBytes(StandardCharsets.UTF_16BE)),
                Arguments.of("UTF-32", CALL.getBytes(Charset.forName("UTF-32"))),
                Arguments.of("Latin-1", CALL.replace("/a", "/\u00e4").getBytes(StandardCharsets.ISO_8859_1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encodings")
    void row05_other_encodings_than_utf8_are_refused(String what, byte[] body) throws Exception {
        assertRefused(body, -32700);
    }

    static Stream<Arguments> brokenText() {
        return Stream.of(
                spliced("overlong slash", 0xC0, 0xAF), spliced("overlong quote", 0xC0, 0xA2),
                spliced("overlong NUL", 0xC0, 0x80), spliced("three bytes for a slash", 0xE0, 0x80, 0xAF),
                spliced("encoded surrogate", 0xED, 0xA0, 0x80),
                spliced("CESU pair", 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80),
                spliced("above U+10FFFF", 0xF4, 0x90, 0x80, 0x80), spliced("0xFF", 0xFF), spliced("lone tail", 0x80),
                spliced("cut sequence", 0xE2, 0x82),
                Arguments.of("lone high surrogate", utf8(CALL.replace("/a", "\\ud800"))),
                Arguments.of("lone low surrogate", utf8(CALL.replace("/a", "\\udc00"))),
                Arguments.of("swapped surrogates", utf8(CALL.replace("/a", "\\udc00\\ud800"))),
                Arguments.of("lone surrogate in a key", utf8(CALL.replace("\"path\"", "\"\\ud83d\""))));
    }

    private static Arguments spliced(String what, int... bytes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = CALL.indexOf("/a");
        body.writeBytes(utf8(CALL.substring(0, at)));
        for (int b : bytes) {
            body.write(b);
        }
        body.writeBytes(utf8(CALL.substring(at)));
        return Arguments.of(what, body.toByteArray());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenText")
    void row06_invalid_utf8_and_lone_surrogates_are_refused(String what, byte[] body) throws Exception {
        assertRefused(body, -32700);
    }

    static Stream<Arguments> extremes() {
        return Stream.of(
                Arguments.of("deep objects", "{\"a\":".repeat(70) + "1" + "}".repeat(70)),
                Arguments.of("deep arrays", "[".repeat(70) + "]".repeat(70)),
                Arguments.of("very deep and never closed", "[".repeat(200_000)),
                Arguments.of("many values", "[" + "1,".repeat(20_000) + "1]"),
                Arguments.of("2^53", "9007199254740992"), Arguments.of("-2^53", "-9007199254740992"),
                Arguments.of("2^64", "18446744073709551616"), Arguments.of("1e400", "1e400"),
                Arguments.of("-1e400", "-1e400"), Arguments.of("1e-400", "1e-400"),
                Arguments.of("too many digits", "0.12345678901234567890123"),
                Arguments.of("5,000 digits", "1".repeat(5000)),
                Arguments.of("huge exponent", "1e999999999"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("extremes")
    void row07_depth_and_numbers_without_one_meaning_are_refused(String what, String value) throws Exception {
        assertRefused(utf8(Request.callBody("read_file", "{\"x\":" + value + "}")), -32700);
    }

    @Test
    void row07_a_body_at_the_limit_passes_and_one_above_it_does_not() throws Exception {
        // Given
        int limit = Limits.DEFAULT.bodyBytes();
        int frame = Request.callBody("read_file", "{\"x\":\"\"}").length();
        String full = Request.callBody("read_file", "{\"x\":\"" + "a".repeat(limit - frame) + "\"}");

        // When
        RawHttp.Message atLimit = rig.exchange(Request.post("files", full));
        RawHttp.Message above = rig.exchange(Request.post("files", full + " "));
        RawHttp.Message aboveInChunks = rig.exchange(
                Request.post("files", full).chunked(Request.chunks(utf8(full + " "), 10_000)));

        // Then
        assertThat(atLimit.status()).isEqualTo(200);
        assertThat(above.status()).isEqualTo(413);
        assertThat(aboveInChunks.status()).isEqualTo(413);
        assertThat(rig.executed()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "1.0", "1.5", "1e0", "[1]", "{\"a\":1}", "[]", "9007199254740993"})
    void row08_ids_that_are_neither_string_nor_integer_are_refused(String id) throws Exception {
        assertRefused(utf8(CALL.replace("\"id\":1", "\"id\":" + id)), id.startsWith("9") ? -32700 : -32600);
    }

    @Test
    void row08_an_endless_id_is_refused() throws Exception {
        assertRefused(utf8(CALL.replace("\"id\":1", "\"id\":\"" + "a".repeat(1000) + "\"")), -32600);
    }

    @Test
    void row08_a_call_without_an_id_is_refused_and_not_executed() throws Exception {
        assertRefused(utf8(CALL.replace("\"id\":1,", "")), -32600);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "9007199254740991", "\"\"", "\"a\\u0062\\n\\\"\"", "\"\u00e4\ud83d\ude00\"",
            " 7 "})
    void row08_the_answer_carries_the_id_as_it_was_written(String id) throws Exception {
        // When
        RawHttp.Message answer = rig.exchange(Request.post("files",
                Request.callBody("delete_file", "{}").replace("\"id\":1", "\"id\":" + id)));

        // Then
        assertThat(answer.text()).contains("\"id\":" + id.strip() + ",");
    }

    @Test
    void the_upstream_gets_the_very_bytes_of_the_agent() throws Exception {
        // Given
        String body = "\r\n { \"params\":\t{\"arguments\": {\"b\":1.50, \"a\":\"\\u0041\\/\", \"c\":-0, \"d\":1E2 },"
                + "\"n\\u0061me\":\"read\\u005ffile\"},\"method\":\"tools\\/call\" ,\"id\" : \"x\", \"jsonrpc\":\"2.0\"}\n";

        // When
        RawHttp.Message answer = rig.exchange(Request.post("files", body));

        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(rig.server().received().getFirst().text()).isEqualTo(body);
        assertThat(rig.executed()).containsExactly("read_file");
    }
}
