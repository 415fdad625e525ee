package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the text, there is an answer, and a refusal says why and where. */
class ManifestReaderFuzzTest {
    private static final int MUTANTS = 3000;
    private static final List<String> FRAGMENTS = List.of("\t", ":", " ", "- ", "{", "}", "[", "]", "&a ", "*a", "|",
            ">",
            "!!str ", "<<: ", "\"", "'", "#", "---\n", "\n", "\r", "\u0000", "\ud800", "𝕏", "~", "null", "yes", "0x",
            "1e9",
            "? ", "%YAML 1.1\n", "\ufeff", "\u2028", "...\n", "@", "`", ",", "kind: List\nitems:\n");

    @ParameterizedTest
    @ValueSource(longs = {1, 20261123})
    void answersEveryMutant(long seed) throws IOException {
        // Given
        Random random = new Random(seed);
        List<String> texts = texts();

        for (int i = 0; i < MUTANTS; i++) {
            String mutant = mutate(texts.get(random.nextInt(texts.size())), random);

            // When
            List<ManifestDocument> documents = ManifestReader.read("fuzz.yaml", mutant);

            // Then
            assertThat(documents).as("seed %d, mutant %d: %s", seed, i, mutant)
                    .allSatisfy(ManifestReaderFuzzTest::explainsItself);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{", "- ", "? ", "\"", "'", "&a ", "*a ", " ", "\t", "\n", "a:\n", "---\n", "x",
            "{a: [", "[1,",
            "a: 1\n", "- a\n", "#", "\r", "%a\n", "𝕏, ", "[𝕏], ", "!a ", "|\n", "- |\n", "9"})
    void answersHugeTextsInTime(String unit) {
        // Given
        String body = unit.repeat(500_000 / unit.length());
        List<String> texts = List.of(body, "[" + body + "]",
                "apiVersion: chaperone.dev/v1alpha1\nkind: ToolServer\n" + body,
                "{apiVersion: chaperone.dev/v1alpha1, kind: Agent, spec: [" + body + "]}");

        for (String text : texts) {
            // When
            List<ManifestDocument> documents = assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> ManifestReader.read("huge.yaml", text));

            // Then
            assertThat(documents).allSatisfy(ManifestReaderFuzzTest::explainsItself);
        }
    }

    private static void explainsItself(ManifestDocument document) {
        if (document instanceof Undecodable undecodable) {
            assertThat(undecodable.issues()).isNotEmpty().anyMatch(Issue::isError);
            undecodable.issues().forEach(issue -> assertThat(issue.render()).contains("error: "));
        }
    }

    private static List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        for (String folder : List.of("../api/src/test/resources/manifests", "src/test/resources/manifest")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
                    texts.add(Files.readString(file));
                }
            }
        }
        return texts;
    }

    private static String mutate(String text, Random random) {
        StringBuilder mutant = new StringBuilder(text);
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            int from = random.nextInt(mutant.length() + 1);
            int to = Math.min(mutant.length(), from + random.nextInt(8));
            switch (random.nextInt(4)) {
                case 0 -> mutant.delete(from, to);
                case 1 -> mutant.insert(from, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
                case 2 -> mutant.insert(from, mutant.substring(from, to));
                default -> mutant.setLength(from);
            }
        }
        return mutant.toString();
    }
}
