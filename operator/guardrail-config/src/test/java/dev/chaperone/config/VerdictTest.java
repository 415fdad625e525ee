package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    @Test
    void areOrderedFromTheMildestToTheStrictest() {
        assertThat(Verdict.values())
                .containsExactly(Verdict.ALLOW, Verdict.REVIEW, Verdict.DENY, Verdict.END_SESSION);
    }

    @ParameterizedTest
    @EnumSource
    void theStricterWinsWhicheverIsAsked(Verdict one) {
        for (Verdict other : Verdict.values()) {
            Verdict expected = one.ordinal() > other.ordinal() ? one : other;
            assertThat(one.strictest(other)).isEqualTo(expected).isEqualTo(other.strictest(one));
        }
    }

    @ParameterizedTest
    @EnumSource
    void isWrittenAsInManifests(Verdict verdict) throws Exception {
        assertThat(ContractMapper.INSTANCE.writeValueAsString(verdict)).isEqualTo("\"" + verdict.wireName() + "\"");
    }
}
