package dev.chaperone.guardrail.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cel.common.values.NullValue;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.guardrail.json.MalformedJsonException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    private static final String SECRET = "hunter2";

    static Stream<Arguments> refused() {
        return Stream.of(
                refused(Reason.SYNTAX, ""), refused(Reason.SYNTAX, "  \n"), refused(Reason.SYNTAX, "{"),
                refused(Reason.SYNTAX, "{\"a\":1"), refused(Reason.SYNTAX, "{\"a\":}"),
                refused(Reason.SYNTAX, "{\"a\"}"), refused(Reason.SYNTAX, "{\"a\":1,}"),
                refused(Reason.SYNTAX, "{\"a\":[1,]}"), refused(Reason.SYNTAX, "{\"a\":[,1]}"),
                refused(Reason.SYNTAX, "{a:1}"), refused(Reason.SYNTAX, "{'a':1}"), refused(Reason.SYNTAX, "{\"a\":[1"),
                refused(Reason.SYNTAX, "{\"a\":[1}"), refused(Reason.SYNTAX, "{]"),
                refused(Reason.SYNTAX, "{\"a\":\"" + SECRET), refused(Reason.SYNTAX, "{\"a\":\"x\ny\"}"),
                refused(Reason.SYNTAX, "{\"a\":\"\\x41\"}"), refused(Reason.SYNTAX, "{\"a\":\"\\u12\"}"),
                refused(Reason.SYNTAX, "{/*c*/\"a\":1}"), refused(Reason.SYNTAX, "{\"a\":1 // c\n}"),
                refused(Reason.SYNTAX, "{\"a\":1 # c\n}"), refused(Reason.SYNTAX, "{\"a\":NaN}"),
                refused(Reason.SYNTAX, "{\"a\":Infinity}"), refused(Reason.SYNTAX, "{\"a\":-Infinity}"),
                refused(Reason.SYNTAX, "{\"a\":-INF}"), refused(Reason.SYNTAX, "{\"a\":01}"),
                refused(Reason.SYNTAX, "{\"a\":+1}"), refused(Reason.SYNTAX, "{\"a\":.5}"),
                refused(Reason.SYNTAX, "{\"a\":5.}"), refused(Reason.SYNTAX, "{\"a\":1e}"),
                refused(Reason.SYNTAX, "{\"a\":-}"), refused(Reason.SYNTAX, "{\"a\":0x10}"),
                refused(Reason.SYNTAX, "{\"a\":True}"), refused(Reason.SYNTAX, "{\"a\":nul}"),
                refused(Reason.SYNTAX, "{\"a\":undefined}"), refused(Reason.SYNTAX, "\u0000{\"a\":1}"),
                refused(Reason.SYNTAX, "{\"a\":\u00a01}"), refused(Reason.SYNTAX, "{\"a\":1 \"b\":2}"),
                refused(Reason.NOT_AN_OBJECT, "[]"), refused(Reason.NOT_AN_OBJECT, "[{\"jsonrpc\":\"2.0\"}]"),
                refused(Reason.NOT_AN_OBJECT, "1"), refused(Reason.NOT_AN_OBJECT, "\"" + SECRET + "\""),
                refused(Reason.NOT_AN_OBJECT, "null"),
                refused(Reason.TRAILING_DATA, "{}{}"), refused(Reason.TRAILING_DATA, "{} 1"),
                refused(Reason.TRAILING_DATA, "{},"), refused(Reason.TRAILING_DATA, "{}]"),
                refused(Reason.TRAILING_DATA, "{}\u0000"), refused(Reason.TRAILING_DATA, "{} " + SECRET),
                refused(Reason.DUPLICATE_KEY, "{\"a\":1,\"a\":1}"),
                refused(Reason.DUPLICATE_KEY, "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}"),
                refused(Reason.DUPLICATE_KEY, "{\"x\":[{\"a\":null,\"\\u0061\":null}]}"),
                refused(Reason.DUPLICATE_KEY, "{\"\":1,\"\":2}"),
                refused(Reason.ENCODING, "{\"a\":\"\\ud800\"}"), refused(Reason.ENCODING, "{\"a\":\"\\udc00\"}"),
                refused(Reason.ENCODING, "{\"a\":\"\\uDC00\\uD800\"}"), refused(Reason.ENCODING, "{\"\\ud800\":1}"),
                refused(Reason.ENCODING, "{\"a\":{\"b\":[\"\\ud83dx\"]}}"),
                refused(Reason.NUMBER, "{\"a\":9007199254740992}"), refused(Reason.NUMBER, "{\"a\":-9007199254740992}"),
                refused(Reason.NUMBER, "{\"a\":123456789012345678901234567890}"),
                refused(Reason.NUMBER, "{\"a\":99999999999999999999999999999999999999999999}"),
                refused(Reason.NUMBER, "{\"a\":1e400}"), refused(Reason.NUMBER, "{\"a\":-1e400}"),
                refused(Reason.NUMBER, "{\"a\":1e-400}"), refused(Reason.NUMBER, "{\"a\":1e99999999999}"),
                refused(Reason.NUMBER, "{\"a\":1e-99999999999}"), refused(Reason.NUMBER, "{\"a\":0e99999999999}"),
                refused(Reason.NUMBER, "{\"a\":0.1000000000000000055511151231257827}"),
                refused(Reason.NUMBER, "{\"a\":9007199254740993.0}"),
                refused(Reason.NUMBER, "{\"a\":1." + "0".repeat(40) + "}"),
                refused(Reason.NUMBER, "{\"a\":" + "1".repeat(5_000) + "}"),
                refused(Reason.NUMBER, "{\"a\":0." + "1".repeat(5_000) + "}"),
                refused(Reason.TOO_DEEP, "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}"),
                refused(Reason.TOO_DEEP, "{\"a\":".repeat(65) + "1" + "}".repeat(65)),
                refused(Reason.TOO_DEEP, "{\"a\":" + "[".repeat(100_000)),
                refused(Reason.TOO_MANY_VALUES, "{\"a\":[" + "1,".repeat(StrictJson.MAX_VALUES) + "1]}"),
                Arguments.of(Reason.BYTE_ORDER_MARK, bytes(0xEF, 0xBB, 0xBF, '{', '}')),
                Arguments.of(Reason.ENCODING, bytes(0xFE, 0xFF, 0, '{', 0, '}')),
                Arguments.of(Reason.ENCODING, bytes(0xFF, 0xFE, '{', 0, '}', 0)),
                Arguments.of(Reason.SYNTAX, "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)),
                Arguments.of(Reason.SYNTAX, "{\"a\":1}".getBytes(StandardCharsets.UTF_16BE)),
                Arguments.of(Reason.SYNTAX, "{}".getBytes(java.nio.charset.Charset.forName("UTF-32BE"))),
                Arguments.of(Reason.SYNTAX, "{}".getBytes(java.nio.charset.Charset.forName("UTF-32LE"))),
                string(0xC0, 0xAF), string(0xC1, 0x81), string(0xE0, 0x80, 0xAF), string(0xF0, 0x80, 0x80, 0xAF),
                string(0xED, 0xA0, 0x80), string(0xED, 0xBF, 0xBF), string(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80),
                string(0xF4, 0x90, 0x80, 0x80), string(0xF5, 0x80, 0x80, 0x80), string(0xFF), string(0x80),
                string(0xC3), string(0xE2, 0x82), string(0xF0, 0x9F, 0x98), string(0xC3, 0x28),
                Arguments.of(Reason.ENCODING, bytes('{', '"', 0xC0, 0x80, '"', ':', '1', '}')),
                Arguments.of(Reason.ENCODING, bytes('{', '}', 0xE2, 0x82)));
    }

    private static Arguments refused(Reason reason, String text) {
        return Arguments.of(reason, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Arguments string(int... inside) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("{\"a\":\"".getBytes(StandardCharsets.UTF_8));
        out.writeBytes(bytes(inside));
        out.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
        return Arguments.of(Reason.ENCODING, out.toByteArray());
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("refused")
    void semantic7_ambiguous_bytes_are_refused(Reason reason, byte[] body) {
        // When
        var refusal = catchThrowableOfType(MalformedJsonException.class, () -> StrictJson.parse(body));

        // Then
        assertThat(refusal).isNotNull();
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal).hasNoCause();
        assertThat(refusal.getMessage()).doesNotContain(SECRET);
        assertThatThrownBy(() -> StrictJson.parseDocument(body)).isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void reads_every_kind_of_value() throws Exception {
        // When
        JsonObject object = parse("""
                {"t":true,"f":false,"n":null,"i":10,"z":-0,"d":1.5,"e":1e2,"s":"a\\u0041\\ud83d\\ude00\\n\\/é😀",
                 "o":{"x":{}},"a":[1,[2.0],"b",null],"":0,"big":9007199254740991,"small":-9007199254740991}""");

        // Then
        assertThat(object).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(Map.entry("t", true),
                Map.entry("f", false), Map.entry("n", NullValue.NULL_VALUE), Map.entry("i", 10L), Map.entry("z", 0L),
                Map.entry("d", 1.5), Map.entry("e", 100.0), Map.entry("s", "aA😀\n/é😀"),
                Map.entry("o", Map.of("x", Map.of())),
                Map.entry("a", Arrays.asList(1L, java.util.List.of(2.0), "b", NullValue.NULL_VALUE)),
                Map.entry("", 0L), Map.entry("big", 9007199254740991L), Map.entry("small", -9007199254740991L)));
        assertThat(object.keySet()).containsExactly("t", "f", "n", "i", "z", "d", "e", "s", "o", "a", "", "big",
                "small");
        assertThat(object.get("o")).isInstanceOf(JsonObject.class);
        assertThat(object.get("a")).isInstanceOf(JsonArray.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "-0.0", "1.0", "1e2", "1E+2", "1.5e-10", "4.9e-324", "1.7976931348623157e308",
            "1e40",
            "0.30000000000000004", "100.50", "123456789012345680000.0"})
    void semantic7_decimals_that_round_trip_are_read(String number) throws Exception {
        assertThat(parse("{\"a\":" + number + "}").get("a")).isEqualTo(Double.parseDouble(number));
    }

    @Test
    void limits_are_reached_and_not_passed() throws Exception {
        assertThat(parse("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}")).hasSize(1);
        assertThat(parse("{\"a\":[" + "1,".repeat(StrictJson.MAX_VALUES - 3) + "1]}")).hasSize(1);
        assertThatThrownBy(() -> parse("{\"a\":[" + "1,".repeat(StrictJson.MAX_VALUES - 2) + "1]}"))
                .isInstanceOf(MalformedJsonException.class);
        assertThat(parse("{\"a\":0." + "1".repeat(16) + "}")).hasSize(1);
        assertThat(parse(" \t\r\n{\"a\" : 1 } \n")).hasSize(1);
    }

    @Test
    void values_cannot_be_changed_and_do_not_show_what_they_hold() throws Exception {
        JsonObject object = parse("{\"a\":[\"" + SECRET + "\"],\"b\":\"" + SECRET + "\"}");
        JsonArray array = (JsonArray) object.get("a");
        assertThatThrownBy(() -> object.put("x", 1L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> object.entrySet().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> object.keySet().remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> array.add("x")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> array.iterator().remove()).isInstanceOfAny(UnsupportedOperationException.class,
                IllegalStateException.class);
        assertThat(object.toString() + array).doesNotContain(SECRET);
    }

    @Test
    void spans_of_envelope_members() throws Exception {
        // Given
        String text = """
                { "jsonrpc" : "2.0", "id" : -12.5 ,"method":"tools/call",
                  "params":{"name":"é😀","arguments":{"a":[1, {"b":2}]} , "_meta":{"t~/x": "v", "d":{"e":1}},
                  "list":[{"x":1}], "capabilities": { } },"n":null,"t":true}
                """;

        // When
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        Spans spans = StrictJson.parseDocument(body).spans();

        // Then
        assertThat(at(body, spans, "")).isEqualTo(text.strip());
        assertThat(at(body, spans, "/jsonrpc")).isEqualTo("\"2.0\"");
        assertThat(at(body, spans, "/id")).isEqualTo("-12.5");
        assertThat(at(body, spans, "/method")).isEqualTo("\"tools/call\"");
        assertThat(at(body, spans, "/params/name")).isEqualTo("\"é😀\"");
        assertThat(at(body, spans, "/params/arguments")).isEqualTo("{\"a\":[1, {\"b\":2}]}");
        assertThat(at(body, spans, "/params/_meta")).isEqualTo("{\"t~/x\": \"v\", \"d\":{\"e\":1}}");
        assertThat(at(body, spans, "/params/_meta/t~0~1x")).isEqualTo("\"v\"");
        assertThat(at(body, spans, "/params/_meta/d")).isEqualTo("{\"e\":1}");
        assertThat(at(body, spans, "/params/list")).isEqualTo("[{\"x\":1}]");
        assertThat(at(body, spans, "/params/capabilities")).isEqualTo("{ }");
        assertThat(at(body, spans, "/n")).isEqualTo("null");
        assertThat(at(body, spans, "/t")).isEqualTo("true");
        assertThat(spans.of("/params/_meta/d/e")).isNull();
        assertThat(spans.of("/params/arguments/a")).isNull();
        assertThat(spans.of("/params/list/0")).isNull();
        assertThat(spans.of("/gone")).isNull();
    }

    @Test
    void spans_hold_exactly_the_value_in_random_documents() throws Exception {
        Random random = new Random(42);
        for (int n = 0; n < 3_000; n++) {
            // Given
            String text = object(random, 0);
            byte[] body = text.getBytes(StandardCharsets.UTF_8);

            // When
            JsonDocument document = StrictJson.parseDocument(body);

            // Then
            assertSpans(body, document.spans(), "", document.root(), 0);
        }
    }

    private static void assertSpans(byte[] body, Spans spans, String pointer, Object value, int depth)
            throws Exception {
        JsonObject alone = parse("{\"v\":" + at(body, spans, pointer) + "}");
        assertThat(CanonicalJson.bytes(alone.get("v"), NullValue.NULL_VALUE))
                .isEqualTo(CanonicalJson.bytes(value, NullValue.NULL_VALUE));
        assertThat(at(body, spans, pointer)).isEqualTo(at(body, spans, pointer).strip());
        if (value instanceof JsonObject object && depth < Spans.MAX_DEPTH) {
            for (Map.Entry<String, Object> member : object.entrySet()) {
                assertSpans(body, spans, Spans.pointer(pointer, member.getKey()), member.getValue(), depth + 1);
            }
        }
    }

    private static String object(Random random, int depth) {
        StringBuilder out = new StringBuilder("{").append(space(random));
        int members = random.nextInt(5);
        for (int i = 0; i < members; i++) {
            out.append(i == 0 ? "" : ",").append(space(random)).append("\"k").append(i)
                    .append(random.nextBoolean() ? "é/~" : "\\u0041").append('"').append(space(random)).append(':')
                    .append(space(random)).append(value(random, depth + 1)).append(space(random));
        }
        return out.append('}').toString();
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 7 : 9)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> "false";
            case 3 -> Integer.toString(random.nextInt() / 1000);
            case 4 -> Double.toString(random.nextInt(1000) / 8.0);
            case 5 -> "\"" + "aé😀€\\n\\\"".repeat(random.nextInt(4)) + "\"";
            case 6 -> "\"" + "x".repeat(random.nextInt(3) == 0 ? 10_000 : 3) + "\"";
            case 7 -> "[" + value(random, depth + 1) + space(random) + "," + value(random, depth + 1) + "]";
            default -> object(random, depth);
        };
    }

    private static String space(Random random) {
        return " \n\t".substring(0, random.nextInt(3));
    }

    private static String at(byte[] body, Spans spans, String pointer) {
        Spans.Span span = spans.of(pointer);
        assertThat(span).as(pointer).isNotNull();
        return new String(body, span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
    }

    private static JsonObject parse(String text) throws MalformedJsonException {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
