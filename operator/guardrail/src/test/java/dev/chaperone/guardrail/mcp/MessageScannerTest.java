package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageScannerTest {
    private static final long SEED = 20251125;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> KEYS = List.of("method", "id", "result", "error", "params", "tools",
            "capabilities", "inputRequests", "content", "a", "b", "", "\u00e4\ud83d\ude00", "method\\u0000", "x\"y\\z");
    private static final List<String> TEXTS = List.of("ping", "sampling/createMessage", "", "\"", "\\", "\u2028",
            "}{][",
            "\u00e4", "result", "\\u0041", "tools/list,:");

    private final Random random = new Random(SEED);

    private static MessageScanner scanned(String text) {
        MessageScanner scanner = new MessageScanner();
        scanner.feed(text.getBytes(StandardCharsets.UTF_8));
        return scanner;
    }

    @Test
    void random_messages_in_random_pieces_are_seen_as_a_parser_sees_them() throws Exception {
        for (int round = 0; round < 10_000; round++) {
            // Given
            StringBuilder text = new StringBuilder();
            object(text, 0);
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            JsonNode tree = MAPPER.readTree(bytes);

            // When
            MessageScanner scanner = new MessageScanner();
            for (int at = 0; at < bytes.length;) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(30));
                scanner.feed(bytes, at, at + length);
                at += length;
            }

            // Then
            assertThat(seen(scanner)).as("seed %d round %d: %s", SEED, round, text).isEqualTo(expected(tree));
        }
    }

    private static List<Object> seen(MessageScanner scanner) {
        return List.of(String.valueOf(scanner.method()), scanner.isRequest(), scanner.isAnswer(), scanner.listsTools(),
                scanner.declaresCapabilities(), scanner.inputMethods(), scanner.isAbnormal(), scanner.isBalanced());
    }

    private static List<Object> expected(JsonNode tree) {
        String method = method(tree);
        return List.of(String.valueOf(method), method != null && tree.has("id"),
                tree.has("result") || tree.has("error"),
                tree.path("result").has("tools"), tree.path("result").has("capabilities"), inputMethods(tree), false,
                true);
    }

    private static String method(JsonNode tree) {
        JsonNode method = tree.path("method");
        return method.isTextual() ? method.textValue() : method.isContainerNode() ? "" : null;
    }

    private static List<String> inputMethods(JsonNode tree) {
        List<String> methods = new ArrayList<>();
        for (JsonNode input : tree.path("result").path("inputRequests")) {
            if (input.path("method").isTextual()) {
                methods.add(input.path("method").textValue());
            }
        }
        return methods;
    }

    private void object(StringBuilder out, int depth) {
        Set<String> used = new HashSet<>();
        out.append(space()).append('{');
        boolean first = true;
        for (int i = random.nextInt(5); i >= 0; i--) {
            String key = KEYS.get(random.nextInt(KEYS.size()));
            if (used.add(key)) {
                out.append(first ? "" : ",").append(space());
                string(out, key);
                out.append(space()).append(':');
                value(out, depth + 1);
                first = false;
            }
        }
        out.append(space()).append('}').append(space());
    }

    private void value(StringBuilder out, int depth) {
        int kind = random.nextInt(depth > 7 ? 4 : 9);
        switch (kind) {
            case 0, 1 -> string(out.append(space()), TEXTS.get(random.nextInt(TEXTS.size())));
            case 2 -> out.append(space()).append(List.of("1", "-0.5e3", "true", "null").get(random.nextInt(4)));
            case 3, 4 -> {
                out.append(space()).append('[');
                for (int i = depth > 7 ? 0 : random.nextInt(3); i > 0; i--) {
                    value(out, depth + 1);
                    out.append(i > 1 ? "," : "");
                }
                out.append(space()).append(']');
            }
            default -> object(out, depth);
        }
    }

    private void string(StringBuilder out, String text) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (random.nextInt(6) == 0) {
                String hex = String.format("%04x", (int) c);
                out.append("\\u").append(random.nextBoolean() ? hex : hex.toUpperCase(Locale.ROOT));
            } else if (c == '/' && random.nextBoolean()) {
                out.append("\\/");
            } else {
                out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        out.append('"');
    }

    private String space() {
        return List.of("", "", "", " ", "\n", "\t\r ").get(random.nextInt(6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{\"method\":\"ping\"}]", "{}[{}]", " [1]"})
    void batches_are_abnormal(String text) {
        assertThat(scanned(text).isAbnormal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"Method\":1}", "{\"METHOD\":1}", "{\"\\u004dethod\":1}", "{\"Id\":1}", "{\"Result\":{}}",
            "{\"re\u017fult\":{}}", "{\"param\\u017f\":{}}", "{\"method\":1,\"method\":2}",
            "{\"method\":\"a\",\"m\\u0065thod\":\"b\"}", "{\"result\":{\"Tools\":[]}}",
            "{\"result\":{\"tool\u017f\":[]}}",
            "{\"result\":{\"InputRequests\":{}}}", "{\"result\":{\"inputRequests\":{\"a\":{\"Method\":\"b\"}}}}",
            "{\0\"a\":1}", "{\"a\0\":1}"})
    void what_readers_could_take_for_something_else_is_abnormal(String text) {
        assertThat(scanned(text).isAbnormal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"params\":{\"Method\":1}}", "{\"result\":{\"a\":{\"Tools\":1}}}",
            "{\"result\":{\"content\":[{\"Method\":1,\"method\":1,\"method\":1}]}}", "{\"methods\":1,\"ids\":2}",
            "{\"a\":\"Method\"}"})
    void the_same_words_elsewhere_are_not(String text) {
        assertThat(scanned(text).isAbnormal()).isFalse();
    }

    @Test
    void depth_is_bounded_and_so_is_memory() {
        // When
        MessageScanner scanner = scanned("{\"a\":" + "[".repeat(1_000_000));

        // Then
        assertThat(scanner.isAbnormal()).isTrue();
    }

    @Test
    void a_method_too_long_to_be_one_is_none_that_could_be_allowed() {
        assertThat(scanned("{\"method\":\"" + "a".repeat(10_000) + "\"}").method()).isEmpty();
    }

    @Test
    void random_bytes_never_throw() {
        // Given
        byte[] alphabet = "{}[]\":,\\u0 method\0\u00ff".getBytes(StandardCharsets.ISO_8859_1);

        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(300)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }

            // When
            MessageScanner scanner = new MessageScanner();
            scanner.feed(bytes);

            // Then
            assertThat(scanner.inputMethods()).isNotNull();
        }
    }
}
