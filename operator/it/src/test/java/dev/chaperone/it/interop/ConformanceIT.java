package dev.chaperone.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official conformance suite finds nothing worse through the guardrail than without it. */
class ConformanceIT {
    @TempDir
    private static Path directory;

    private static final Map<String, Conformance> DIRECT = new HashMap<>();
    private static ToolServer server;
    private static Guard guard;

    @BeforeAll
    static void start() throws Exception {
        server = ToolServer.dualEra(Files.createDirectory(directory.resolve("notes")));
        guard = Guard.start(
                Files.createDirectory(directory.resolve("guard")),
                Guard.toolServer("all", server, Guard.ALL_CAPABILITIES),
                Guard.toolServer("tools", server, Guard.DEFAULT_CAPABILITIES),
                Guard.policy("- {name: all, tools: [\"*/*\"], verdict: Allow}"));
    }

    @AfterAll
    static void stop() {
        if (guard != null) {
            guard.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2026-07-28"})
    void noCheckIsWorse(String revision) throws Exception {
        // Given
        Conformance direct = direct(revision);

        // When
        Conformance through = Conformance.of(guard.of("all"), revision, directory.resolve("all-" + revision));

        // Then
        System.out.printf("conformance %s: %s directly, %s through the guardrail%n", revision, direct, through);
        assertThat(direct.count("SUCCESS")).isGreaterThan(80);
        assertThat(through.worseThan(direct)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2026-07-28"})
    void aServerThatIsDeclaredForToolsFailsWhatNeedsMore(String revision) throws Exception {
        // Given
        Conformance direct = direct(revision);

        // When
        Conformance through = Conformance.of(guard.of("tools"), revision, directory.resolve("tools-" + revision));

        // Then
        assertThat(through.scenariosWorseThan(direct)).containsExactlyElementsOf(
                Files.readAllLines(
                        Path.of("src/test/resources/conformance/needs-more-than-tools-" + revision + ".txt")));
    }

    private static Conformance direct(String revision) throws IOException {
        if (!DIRECT.containsKey(revision)) {
            DIRECT.put(revision, Conformance.of(server.url(), revision, directory.resolve("direct-" + revision)));
        }
        return DIRECT.get(revision);
    }
}
