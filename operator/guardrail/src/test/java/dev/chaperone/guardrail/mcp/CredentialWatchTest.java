package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialWatchTest {
    private static final String TOKEN = "abcabcabd/+=";

    /** What goes on; null when the credential was seen. */
    private static String passed(String token, String text, Random cuts) {
        CredentialWatch watch = new CredentialWatch(token);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(bytes.length - at, 1 + cuts.nextInt(8));
            byte[] safe = watch.feed(java.util.Arrays.copyOfRange(bytes, at, at + length));
            if (safe == null) {
                assertThat(unescaped(out.toString(StandardCharsets.UTF_8))).doesNotContain(token.substring(0, 8));
                return null;
            }
            out.writeBytes(safe);
            at += length;
        }
        out.writeBytes(watch.end());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String unescaped(String text) {
        String plain = text.replace("\\", "");
        for (char c : TOKEN.toCharArray()) {
            plain = plain.replaceAll("(?i)u" + String.format(Locale.ROOT, "%04x", (int) c), "\\" + c);
        }
        return plain;
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcabcabd/+=", "xxabcabcabd/+=yy", "abcabcabcabd/+=", "abcabcabd\\/+=",
            "abcabcabd\\/\\u002b\\u003D", "\\u0061bcabcabd/+=", "{\\\"t\\\":\\\"abcabcabd\\\\/\\\\u002B=\\\"}",
            "\\\\\\\\u0061bcabcabd/+=", "abcabcabd\\u002f\\u002b\\u003d"})
    void the_credential_is_seen_however_it_is_cut_or_escaped(String text) {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(passed(TOKEN, text, new Random(seed))).as("seed %d", seed).isNull();
        }
    }

    @Test
    void everything_else_passes_with_every_byte() {
        // Given
        Random random = new Random(11);
        List<String> parts = List.of("abc", "abd", "a", "b", "\\", "\\\\", "\\u0061", "/", "+=", "\u00e4", " ");
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            boolean holds = unescaped(text.toString()).contains(TOKEN);

            // When
            String passed = passed(TOKEN, text.toString(), random);

            // Then
            assertThat(passed == null || passed.contentEquals(text)).as(text.toString()).isTrue();
            assertThat(passed == null || !holds).as(text.toString()).isTrue();
        }
    }

    @Test
    void what_is_too_short_to_be_a_secret_is_not_looked_for() {
        assertThat(passed("test", "a test", new Random(1))).isEqualTo("a test");
        assertThat(passed(null, "a test", new Random(1))).isEqualTo("a test");
    }

    @Test
    void headers_are_looked_at_as_a_whole() {
        assertThat(new CredentialWatch(TOKEN).isIn("x=" + TOKEN)).isTrue();
        assertThat(new CredentialWatch(TOKEN).isIn("x=" + TOKEN.substring(1))).isFalse();
    }

    @Test
    void an_endless_half_of_it_takes_no_endless_memory() {
        assertThat(passed(TOKEN, "abc" + "\\".repeat(200_000), new Random(1))).isNull();
    }
}
