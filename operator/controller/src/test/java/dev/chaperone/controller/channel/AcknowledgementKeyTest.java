package dev.chaperone.controller.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.controller.evidence.KnownTrail;
import dev.chaperone.controller.evidence.TestTrail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementKeyTest {
    private static final AcknowledgementKey KEY = AcknowledgementKey.of(new byte[32]);
    private static final KnownTrail TRAIL = new KnownTrail(
            new ChainPosition(TestTrail.BOOT, 17, Digests.of(new byte[1])), 2);

    @Test
    void aWordIsReadByWhoeverHasTheSecret() {
        // When
        String word = KEY.write("uid-1", TRAIL);

        // Then
        assertThat(AcknowledgementKey.of(new byte[32]).read("uid-1", word)).contains(TRAIL);
        assertThat(word).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{43}").hasSizeLessThan(512);
    }

    @Test
    void aWordIsOfOnePodAndOneSecret() {
        // When
        String word = KEY.write("uid-1", TRAIL);

        // Then
        assertThat(KEY.read("uid-2", word)).isEmpty();
        assertThat(AcknowledgementKey.of(Digests.of(new byte[0]).getBytes(UTF_8)).read("uid-1", word)).isEmpty();
    }

    @Test
    void noOtherSpellingOfAWordIsOne() {
        // Given
        String word = KEY.write("uid-1", TRAIL);

        // When, Then
        for (int i = 0; i < word.length(); i++) {
            for (String other : new String[]{"", "A", "B", ".", "=", "é"}) {
                String text = word.substring(0, i) + other + word.substring(i + 1);
                assertThat(text.equals(word) || KEY.read("uid-1", text).isEmpty()).as(text).isTrue();
            }
        }
        assertThat(KEY.read("uid-1", word + "=")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "e30", "e30.", ".e30", "e30.e30", "\u0000.\uD800"})
    void whatIsNoWordIsNone(String word) {
        assertThat(KEY.read("uid-1", word)).isEmpty();
    }

    @Test
    void aSecretThatCanBeGuessedMakesNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> AcknowledgementKey.of(new byte[15]));
    }
}
