package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternSizeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '\t', value = {"abc\t3", "a{30}\t30", "((a{30}){30}){30}\t27000",
            "(((a{50}){50}){50}){50}\t6000000",
            "a{2,5}b{7}\t12", "[a{50}]{4}\t4", "[]{9}]{4}\t4", "[^]{9}]{4}\t4", "[[:alpha:]{9}]{4}\t4", "\\(a{50}\t50",
            "\\Q(a{50}\\E{3}\t10", "x{,5}\t5", "a|b\t3", "\\pN{5}\t5", "((a{99}\t99"})
    void the_size_of_a_pattern_is_estimated_before_it_is_compiled(String pattern, long atLeast) {
        assertThat(PatternSize.estimate(pattern)).isBetween(atLeast, atLeast * 2 + 20);
    }

    @Test
    void no_pattern_of_a_rule_in_use_elsewhere_is_estimated_too_large() {
        for (String pattern : new String[]{"(^|/)tests?/", "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
                "(?i)\\b(rm|del)\\s+-[a-z]*r", "^([0-9]{1,3}\\.){3}[0-9]{1,3}$", "(?:[A-Za-z0-9+/]{4})*"}) {
            assertThat(PatternSize.estimate(pattern)).as(pattern).isLessThan(PatternSize.MAX_PROGRAM);
        }
    }

    @Test
    void refuses_what_would_take_all_memory_and_nothing_that_is_used() {
        assertThat(PatternSize.isTooLarge("(((a{50}){50}){50}){50}")).isTrue();
        assertThat(PatternSize.isTooLarge("((a{1000}){1000}){1000}")).isTrue();
        assertThat(PatternSize.isTooLarge("a{1000}{1000}")).isTrue();
        assertThat(PatternSize.isTooLarge("(a{20}){20}")).isFalse();
        assertThat(PatternSize.isTooLarge("[" + "a".repeat(PatternSize.MAX_LENGTH - 2) + "]")).isFalse();
        assertThat(PatternSize.isTooLarge("[" + "a".repeat(PatternSize.MAX_LENGTH - 1) + "]")).isTrue();
    }
}
