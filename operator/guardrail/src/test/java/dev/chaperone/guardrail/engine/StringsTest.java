package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import dev.chaperone.config.PatternSize;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StringsTest {
    // The property White_Space of Unicode.
    private static final Set<Integer> SPACES = Stream
            .of(IntStream.rangeClosed(0x09, 0x0D), IntStream.rangeClosed(0x2000, 0x200A),
                    IntStream.of(0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000))
            .flatMap(IntStream::boxed)
            .collect(Collectors.toSet());

    @Test
    void trimTakesExactlyTheSpacesOfUnicodeAway() {
        for (int c = 0; c < 0x3100; c++) {
            String text = Character.toString(c);
            assertThat(Strings.trim(text + "x" + text)).as("%x", c)
                    .isEqualTo(SPACES.contains(c) ? "x" : text + "x" + text);
        }
        assertThat(Strings.trim("")).isEmpty();
        assertThat(Strings.trim(" \t ")).isEmpty();
        assertThat(Strings.trim("a b")).isEqualTo("a b");
    }

    @ParameterizedTest
    @CsvSource({"0,a", "2,c", "3,''"})
    void charAtReachesFromTheFirstToBehindTheLast(long index, String expected) {
        assertThat(Strings.charAt("abc", index)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,3,abc", "0,0,''", "3,3,''", "1,1,''", "1,2,b"})
    void substringReachesFromTheFirstToBehindTheLast(long begin, long end, String expected) {
        assertThat(Strings.substring("abc", begin, end)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"a,0,0", "a,1,3", "a,4,-1", "'',4,4", "b,0,1", "z,0,-1"})
    void indexOfSearchesFromAPlaceOn(String part, long from, long expected) {
        assertThat(Strings.indexOf("abca", part, from)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"a,0,0", "a,2,0", "a,3,3", "a,4,3", "c,1,-1", "'',4,4"})
    void lastIndexOfSearchesUpToAPlace(String part, long from, long expected) {
        assertThat(Strings.lastIndexOf("abca", part, from)).isEqualTo(expected);
    }

    @Test
    void lastIndexOfFindsTheFirstCharacterToo() {
        assertThat(Strings.lastIndexOf("abc", "a")).isZero();
        assertThat(Strings.lastIndexOf("abc", "z")).isEqualTo(-1);
        assertThat(Strings.lastIndexOf("😀a", "a")).isEqualTo(1);
    }

    static Stream<Callable<Object>> beyond() {
        return Stream.of(() -> Strings.charAt("abc", 4), () -> Strings.charAt("abc", -1),
                () -> Strings.substring("abc", -1, 2), () -> Strings.substring("abc", 0, 4),
                () -> Strings.substring("abc", 2, 1), () -> Strings.indexOf("abc", "a", 4),
                () -> Strings.indexOf("abc", "a", -1), () -> Strings.lastIndexOf("abc", "a", 4),
                () -> Strings.lastIndexOf("abc", "a", -1));
    }

    @ParameterizedTest
    @MethodSource("beyond")
    void placesBeyondTheTextAreAnError(Callable<Object> call) {
        assertThatThrownBy(call::call).isInstanceOf(EvaluationError.class);
    }

    @ParameterizedTest
    @CsvSource({"0,aaa", "1,baa", "2,bba", "-1,bbb", "9,bbb"})
    void replaceStopsAtItsLimit(long limit, String expected) {
        assertThat(Strings.replace("aaa", "a", "b", limit)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a,b,c|,|0|0", "a,b,c|,|1|1", "a,b,c|,|2|2", "a,b,c|,|3|3", "a,b,c|,|-1|3",
            ",|,|-1|2", "abc|''|-1|3", "abc|''|2|2", "abc|''|9|3", "''|''|-1|0", "''|,|-1|1"})
    void splitMakesAsManyPartsAsItMay(String text, String separator, long limit, int expected) {
        assertThat(Strings.split(text, separator, limit)).hasSize(expected);
        assertThat(String.join(separator, Strings.split(text, separator, limit).stream().map(String.class::cast)
                .toList())).isEqualTo(limit == 0 ? "" : text);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "3,3", "9,3", "-1,3"})
    void findAllStopsAtItsLimit(long limit, int expected) {
        assertThat(new Regexes().findAll("a1a2a3", "a[0-9]", limit)).hasSize(expected);
    }

    @Test
    void aTextMayBeAsLongAsIsTold() {
        String longest = "a".repeat(Regexes.MAX_INPUT_LENGTH);
        assertThat(new Regexes().matches(longest, "^a")).isTrue();
        assertThatThrownBy(() -> new Regexes().matches(longest + "a", "^a")).isInstanceOf(EvaluationError.class);
    }

    @Test
    void aPatternMayBeAsLargeAsIsTold() {
        String largest = IntStream.rangeClosed(1, 1_000).mapToObj(n -> "a{1000}a{" + n + "}")
                .filter(pattern -> Pattern.compile(pattern).programSize() == PatternSize.MAX_PROGRAM)
                .findFirst().orElseThrow();
        assertThat(new Regexes().matches("a".repeat(2_000), largest)).isTrue();
        assertThatThrownBy(() -> new Regexes().matches("a".repeat(2_000), largest + "a"))
                .isInstanceOf(EvaluationError.class);
    }
}
