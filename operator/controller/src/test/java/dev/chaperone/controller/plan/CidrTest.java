package dev.chaperone.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    private static Cidr cidr(String text) {
        return Objects.requireNonNull(Cidr.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.255.0.0/16, true", "10.0.0.0/8, 10.0.0.0/8, false", "10.0.0.0/16, 10.0.0.0/8, false",
            "10.0.0.0/8, 11.0.0.0/16, false", "0.0.0.0/0, 255.255.255.255/32, true", "fd00::/8, fd12::/16, true",
            "fd00::/8, 2000::/16, false", "0.0.0.0/0, ::/8, false"})
    void containsWhatIsSmallerAndWithin(String one, String other, boolean contains) {
        assertThat(cidr(one).strictlyContains(cidr(other))).isEqualTo(contains);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.1/8", "2852039166/32", "256.0.0.1/8", "example.com/8",
            "cafe/8", "::1/129", ":::/8", "/8", "10.0.0.0/"})
    void nothingElseIsOne(String text) {
        assertThat(Cidr.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.0.0.0/8", "010.01.2.3/8, 10.0.0.0/8", "203.0.113.9/32, 203.0.113.9/32",
            "0.0.0.0/0, 0.0.0.0/0", "255.255.255.255/32, 255.255.255.255/32",
            "2001:db8::9/128, 2001:db8:0:0:0:0:0:9/128", "::/0, 0:0:0:0:0:0:0:0/0"})
    void isWrittenInOneForm(String text, String written) {
        assertThat(cidr(text).text()).isEqualTo(written);
    }
}
