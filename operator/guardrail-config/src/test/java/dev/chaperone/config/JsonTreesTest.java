package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees read and written by hand are those of Jackson's mapper. */
class JsonTreesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper EVERY_DIGIT = MAPPER.rebuild()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final List<String> SCALARS = List.of("0", "-0", "-0.0", "7", "-2147483648", "2147483648",
            "9223372036854775808", "-123456789012345678901234567890", "1.10", "1e3", "1E-7", "1e400", "0.1e-400",
            "123456789.123456789123456789", "1.000e+2", "true", "false", "null", "\"\"", "\"a\\u0000\\n\\\"\\/\"",
            "\"\\ud83d\\ude00\u00fc\u20ac\"");
    private static final int MAX_DEPTH = 1_000;
    private static final int SMALL_STACK = 256 << 10;

    static LongStream seeds() {
        return LongStream.range(0, 500);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsAndWritesWhatTheMapperDoes(long seed) throws Exception {
        // Given
        byte[] document = utf8(document(new Random(seed), 4));

        // When
        JsonNode tree = JsonTrees.read(document);
        JsonNode exact = JsonTrees.readEveryDigit(document);

        // Then
        assertThat(tree).isEqualTo(MAPPER.readTree(document));
        assertThat(exact).isEqualTo(EVERY_DIGIT.readTree(document));
        assertThat(JsonTrees.write(tree)).isEqualTo(MAPPER.writeValueAsBytes(tree));
        assertThat(JsonTrees.write(exact)).isEqualTo(EVERY_DIGIT.writeValueAsBytes(exact));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesWhatTheMapperRefuses(long seed) {
        // Given
        Random random = new Random(seed);
        String document = document(random, 3);
        int at = random.nextInt(document.length());
        String damaged = document.substring(0, at) + "{}[],:\"1a\\ ".charAt(random.nextInt(11))
                + document.substring(random.nextBoolean() ? at : at + 1);

        // When
        boolean read = reads(() -> JsonTrees.read(utf8(damaged)));

        // Then
        assertThat(read).as(damaged).isEqualTo(reads(() -> MAPPER.readTree(utf8(damaged))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{\"a\":1,\"a\":2}", "{\"b\":{\"a\":1,\"a\":1}}", "{} {}", "{}x", "[1,]", "NaN",
            "01",
            "{\"a\":", "[", "{\"a\"}", "[1 2]", "'a'", "]", "\"\\ud800"})
    void refusesWhatIsNotOneDocument(String text) {
        assertThatThrownBy(() -> JsonTrees.read(utf8(text))).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void nestsAsDeepAsTheMapperAndNoDeeperOnASmallStack() throws Exception {
        // Given
        byte[] deepest = utf8("{\"a\":[".repeat(MAX_DEPTH / 2) + "]}".repeat(MAX_DEPTH / 2));
        byte[] deeper = utf8("[".repeat(MAX_DEPTH + 1) + "]".repeat(MAX_DEPTH + 1));
        byte[][] written = new byte[1][];

        // When
        Thread thread = new Thread(null, () -> {
            try {
                written[0] = JsonTrees.write(JsonTrees.read(deepest));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }, "small", SMALL_STACK);
        thread.start();
        thread.join();

        // Then
        assertThat(written[0]).isEqualTo(deepest);
        assertThatCode(() -> MAPPER.readTree(deepest)).doesNotThrowAnyException();
        assertThatThrownBy(() -> JsonTrees.read(deeper)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> MAPPER.readTree(deeper)).isInstanceOf(JsonProcessingException.class);
    }

    private interface Reader {
        JsonNode read() throws IOException;
    }

    private static boolean reads(Reader reader) {
        try {
            // The mapper alone calls an empty document a tree.
            return !reader.read().isMissingNode();
        } catch (IOException e) {
            return false;
        }
    }

    private static String document(Random random, int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(4);
        if (kind < 2) {
            return SCALARS.get(random.nextInt(SCALARS.size()));
        }
        StringBuilder out = new StringBuilder(kind == 2 ? "[" : "{");
        for (int i = random.nextInt(5); i > 0; i--) {
            if (kind == 3) {
                out.append("\"m").append(i).append("\" : ");
            }
            out.append(document(random, depth - 1)).append(i > 1 ? ", " : "");
        }
        return out.append(kind == 2 ? "]" : "}").toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
