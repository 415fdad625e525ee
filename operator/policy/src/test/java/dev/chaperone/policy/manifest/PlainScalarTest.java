package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainScalarTest {
    @ParameterizedTest
    @ValueSource(strings = {"y", "N", "yes", "Off", "on", "010", "-07", "0o17", "0b11", "1_000", "1:30", "190:20:30.15",
            "1e3",
            "1.5e3", ".5", "0x_1F", "+0x1F", ".inf", "-.INF", ".NaN", "1.0_0"})
    void twoReadingsAreNone(String text) {
        assertThat(PlainScalar.of(text).ambiguity()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "-12,-12", "+3,3", "0x1F,31", "1.5,1.5", "1.0,1", "1.5e+3,1500", "true,true", "FALSE,false",
            "99999999999999999999,99999999999999999999"})
    void oneReadingIsAValue(String text, String json) {
        assertThat(PlainScalar.of(text)).returns(null, PlainScalar::ambiguity).extracting(s -> s.value().toString())
                .isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "2026-01-01", "1.2.3", "v1", "-", ".", "10Gi", "1.2.3.4", "0x", "e3", "yEs", "-a", "=",
            "1-2", "a:b", "100%"})
    void theRestIsText(String text) {
        assertThat(PlainScalar.of(text)).isEqualTo(PlainScalar.string(text));
    }

    @Test
    void longDigitsCostNothing() {
        assertThat(PlainScalar.of("9".repeat(1_000_000)).ambiguity()).isNotNull();
    }
}
