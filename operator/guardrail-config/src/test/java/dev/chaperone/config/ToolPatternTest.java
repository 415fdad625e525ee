package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolPatternTest {
    @ParameterizedTest
    @CsvSource({"files/read,files,read,true", "files/read,files,Read,false", "files/read,file,read,false",
            "files/read_*,files,read_,true", "files/read_*,files,read,false", "*/delete,x,delete,true",
            "f*s/r?ad,files,read,true", "f*s/r?ad,files,rad,false", "*/*,a,b,true", "*,a,b,true",
            "a/**b,a,xxb,true", "a/*a*a,a,aa,true", "a/*a*a,a,a,false", "a/?,a,ab,false", "a/*,a,b/c,false",
            "a.b/c+,a.b,c+,true", "a.b/c+,axb,c+,false"})
    void matchesServerAndToolApart(String pattern, String server, String tool, boolean expected) {
        assertThat(ToolPattern.parse(pattern).matches(server, tool)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "/a", "a/", "a/b/c", "**", "a//b"})
    void refusesWhatIsNotServerAndTool(String pattern) {
        assertThatThrownBy(() -> ToolPattern.parse(pattern)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + pattern + "'").hasMessageContaining("server/tool");
    }

    @Test
    void knowsWhatNamesOneTool() {
        assertThat(ToolPattern.parse("a/b").isLiteral()).isTrue();
        assertThat(ToolPattern.parse("a*/b").isLiteral()).isFalse();
        assertThat(ToolPattern.parse("a/b?").isLiteral()).isFalse();
        assertThat(ToolPattern.parse("*").isLiteral()).isFalse();
    }

    @Test
    void needsLittleTimeForTheWorstGlobs() {
        // Given
        ToolPattern worst = ToolPattern.parse("a/" + "*a".repeat(60) + "*b");
        String tool = "a".repeat(256);

        // When
        boolean matches = assertTimeout(Duration.ofSeconds(20), () -> worst.matches("a", tool));

        // Then
        assertThat(matches).isFalse();
    }

    @Test
    void meansWhatTheSameRegularExpressionMeans() {
        Random random = new Random(3);
        for (int n = 0; n < 20_000; n++) {
            // Given
            String glob = random(random, "ab*?.", 6);
            String tool = random(random, "ab.", 7);
            String regex = glob.replace(".", "\\.").replace("?", ".").replace("*", ".*");

            // When
            boolean matches = new ToolPattern("s", glob).matches("s", tool);

            // Then
            assertThat(matches).as("%s on %s", glob, tool).isEqualTo(Pattern.matches(regex, tool));
        }
    }

    private static String random(Random random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(longest + 1); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
