package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that RFC 8785 publishes. */
class CanonicalJsonTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource({"0000000000000000,0", "8000000000000000,0", "0000000000000001,5e-324", "8000000000000001,-5e-324",
            "0000000000000002,1e-323",
            "0000000000000003,1.5e-323", "0000000000000004,2e-323",
            "7fefffffffffffff,1.7976931348623157e+308", "ffefffffffffffff,-1.7976931348623157e+308",
            "4340000000000000,9007199254740992", "c340000000000000,-9007199254740992",
            "4430000000000000,295147905179352830000", "44b52d02c7e14af5,9.999999999999997e+22",
            "44b52d02c7e14af6,1e+23", "44b52d02c7e14af7,1.0000000000000001e+23",
            "444b1ae4d6e2ef4e,999999999999999700000", "444b1ae4d6e2ef4f,999999999999999900000",
            "444b1ae4d6e2ef50,1e+21", "3eb0c6f7a0b5ed8c,9.999999999999997e-7", "3eb0c6f7a0b5ed8d,0.000001",
            "41b3de4355555553,333333333.3333332", "41b3de4355555554,333333333.33333325",
            "41b3de4355555555,333333333.3333333", "41b3de4355555556,333333333.3333334",
            "41b3de4355555557,333333333.33333343", "becbf647612f3696,-0.0000033333333333333333",
            "43143ff3c1cb0959,1424953923781206.2"})
    void writesNumbersAsPublished(String bits, String expected) {
        assertThat(text(number(bits))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffffffffffff", "7ff0000000000000", "fff0000000000000"})
    void refusesWhatIsNoNumberOfJson(String bits) {
        assertThatThrownBy(() -> text(number(bits))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesTextAndLiteralsAsPublished() throws Exception {
        // Given
        String given = """
                {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}
                """;

        // When
        String written = new String(CanonicalJson.bytes(JSON.readTree(given)), StandardCharsets.UTF_8);

        // Then
        assertThat(written).isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,"
                + "1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void sortsMembersByTheirUtf16AsPublished() {
        // Given
        List<String> keys = List.of("\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33");
        Map<String, Object> members = new java.util.HashMap<>();
        keys.forEach(key -> members.put(key, 1));

        // When
        String written = text(members);

        // Then
        List<Integer> places = new ArrayList<>();
        keys.forEach(key -> places.add(written.indexOf(key.equals("\r") ? "\\r" : "\"" + key + "\"")));
        assertThat(places).isSorted().doesNotContain(-1);
        assertThat(written.getBytes(StandardCharsets.UTF_8)).contains(0xF0, 0x9F, 0x98, 0x80);
    }

    @Test
    void writesWhatStandsForNullAsNull() {
        // Given
        Object none = new Object();

        // When
        byte[] written = CanonicalJson.bytes(Map.of("a", List.of(none, true)), none);

        // Then
        assertThat(new String(written, StandardCharsets.UTF_8)).isEqualTo("{\"a\":[null,true]}");
        assertThat(text(Collections.singletonMap("a", null))).isEqualTo("{\"a\":null}");
        assertThatThrownBy(() -> text(none)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isTheSameForIntegersHoweverTheyAreKept() throws Exception {
        assertThat(text(List.of(10, 10L, 10.0))).isEqualTo("[10,10,10]");
        assertThat(CanonicalJson.bytes(JSON.readTree("[1e1, 10, 10.00]")))
                .isEqualTo("[10,10,10]".getBytes(StandardCharsets.UTF_8));
    }

    private static double number(String bits) {
        return Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
    }

    private static String text(Object value) {
        return new String(CanonicalJson.bytes(value, null), StandardCharsets.UTF_8);
    }
}
