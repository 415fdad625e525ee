package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {
    @ParameterizedTest
    @CsvSource(value = {"/a/b|/a/b", "/a//b/|/a/b", "/a/./b|/a/b", "/a/../b|/b", "/../etc|/etc", "/../../..|/", "/|/",
            "//|/", "a/../../b|../b", "../x|../x", "./x|x", "./|.", "a/..|.", "../../x|../../x", "..|..", "/..|/",
            "\\etc\\x|/etc/x", "/workspace\\..\\etc|/etc", "C:\\x|C:/x", "/a/...|/a/...", "~/x|~/x", "a b/c|a b/c",
            "/%2e%2e/x|/%2e%2e/x", "/ａ|/ａ", "//host/share|/host/share", "/a/b/../../../c|/c"}, delimiter = '|')
    void clean(String path, String expected) {
        assertThat(Paths.clean(path)).isEqualTo(expected);
    }

    @Test
    void the_empty_path_stays_empty() {
        assertThat(Paths.clean("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(value = {"/workspace|/workspace", "/workspace/|/workspace", "/workspace/a|/workspace/",
            "/workspace/../workspace/a|/workspace", "//workspace/a|/workspace", "/workspace/a/../b|/workspace",
            "/etc/passwd|/", "src/a|src", "./src/a|src", "a|.", "/workspace/a\\b|/workspace",
            "/workspace/.hidden|/workspace", "/workspace/..a|/workspace",
            "/workspace/100%|/workspace"}, delimiter = '|')
    void within(String path, String root) {
        assertThat(Paths.isWithin(path, root)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(value = {"/workspace-evil|/workspace", "/workspace/../etc/passwd|/workspace", "workspace/a|/workspace",
            "/workspace/a/../../etc|/workspace", "../workspace|/workspace", "~/workspace/a|/workspace", "~|~", "~/x|~",
            "~root/x|~root", "/workspace/%2e%2e/etc|/workspace", "/workspace/%2E%2E/etc|/workspace",
            "/workspace/..%2fetc|/workspace", "/workspace/%5c..|/workspace", "/workspace/a%00|/workspace",
            "/workspace/%252e%252e/etc|/workspace", "/workspace\\..\\etc|/workspace", "\\workspace\\a|/workspace",
            "\\\\workspace\\a|/workspace", "/etc\\..\\workspace/x|/workspace", "/Workspace/a|/workspace",
            "/ｗorkspace/a|/workspace", "/work|/workspace", "../src/a|src", "../a|..", "/a|src", "src|/",
            "../../x|.", "/workspace /a|/workspace", "%2e%2e/x|.", "%2fetc|."}, delimiter = '|')
    void not_within(String path, String root) {
        assertThat(Paths.isWithin(path, root)).isFalse();
    }

    @Test
    void nothing_is_within_the_empty_root_nor_the_empty_path_within_anything() {
        assertThat(Paths.isWithin("", "/")).isFalse();
        assertThat(Paths.isWithin("a", "")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/workspace/\u0000/x", "/workspace/a\nb", "/a\u007f", "\t"})
    void control_characters_are_an_error(String path) {
        assertThatThrownBy(() -> Paths.clean(path)).isInstanceOf(EvaluationError.class);
        assertThatThrownBy(() -> Paths.isWithin(path, "/workspace")).isInstanceOf(EvaluationError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/workspace/.. /etc/x", "/workspace/..;/etc/x", "/workspace/..../x", "/workspace/... /x",
            "/workspace/..;a=b/x", "/workspace/%c0%ae%c0%ae/x", "/workspace/%u002e/x", "/workspace/%E0%80%AE/x"})
    void names_that_some_systems_take_for_the_parent_are_within_nothing(String path) {
        assertThat(Paths.isWithin(path, "/workspace")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/workspace/..a", "/workspace/a..", "/workspace/. .", "/workspace/50%", "/workspace/a;b"})
    void names_that_hold_dots_are_names(String path) {
        assertThat(Paths.isWithin(path, "/workspace")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/workspace/x\\y/../../secret", "/a\\b/..", "a\\b/../c"})
    void a_parent_of_a_name_with_backslash_is_an_error_because_systems_disagree_on_it(String path) {
        assertThatThrownBy(() -> Paths.clean(path)).isInstanceOf(EvaluationError.class);
        assertThatThrownBy(() -> Paths.isWithin(path, "/workspace")).isInstanceOf(EvaluationError.class);
    }

    @Test
    void whatever_is_within_resolves_below_the_root_on_either_system() {
        // Given
        Random random = new Random(7);
        String[] parts = {"..", ".", "", "workspace", "a", "b\\..", "\\", "..\\..", "x\\y", "%41", "~"};
        int within = 0;
        for (int n = 0; n < 50_000; n++) {
            StringBuilder path = new StringBuilder(random.nextInt(10) == 0 ? "" : "/");
            for (int i = random.nextInt(7); i >= 0; i--) {
                path.append(random.nextInt(3) == 0 ? "workspace" : parts[random.nextInt(parts.length)]);
                path.append(random.nextInt(6) == 0 ? '\\' : '/');
            }

            // When
            boolean says;
            try {
                says = Paths.isWithin(path.toString(), "/workspace");
            } catch (EvaluationError e) {
                continue;
            }

            // Then
            if (says) {
                within++;
                String posix = java.nio.file.Path.of(path.toString()).normalize().toString();
                String windows = java.nio.file.Path.of(path.toString().replace('\\', '/')).normalize().toString();
                assertThat(posix).as(path.toString()).matches("/workspace(/.*)?");
                assertThat(windows).as(path.toString()).matches("/workspace(/.*)?");
            }
        }
        assertThat(within).isGreaterThan(500);
    }
}
