package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests that the tests of operator/api put before a real API server; the reader has to agree with it. */
class SameAsApiServerTest {
    private static final Path FOLDER = Path.of("../api/src/test/resources/manifests");

    static List<Path> valid() throws IOException {
        return files("valid-");
    }

    static List<Path> invalid() throws IOException {
        return files("invalid-");
    }

    private static List<Path> files(String prefix) throws IOException {
        try (Stream<Path> found = Files.list(FOLDER)) {
            return found.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("valid")
    void takesWhatTheServerTakes(Path file) throws IOException {
        // When
        List<ManifestDocument> documents = ManifestReader.read(file.getFileName().toString(), Files.readString(file));

        // Then
        assertThat(documents).singleElement().isInstanceOf(Decoded.class);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesWhatTheServerRefusesInItsWords(Path file) throws IOException {
        // Given
        String text = Files.readString(file);
        List<String> expected = text.lines()
                .filter(line -> line.startsWith("# expect: ") || line.startsWith("# expect-reader: "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .toList();

        // When
        List<ManifestDocument> documents = ManifestReader.read(file.getFileName().toString(), text);

        // Then
        assertThat(documents).singleElement().isInstanceOf(Undecodable.class);
        List<String> told = ((Undecodable) documents.getFirst()).issues().stream().map(SameAsApiServerTest::words)
                .toList();
        assertThat(told).hasSameSizeAs(expected);
        assertThat(expected).isNotEmpty().allSatisfy(
                words -> assertThat(told).anySatisfy(issue -> assertThat(issue).startsWith(words)));
    }

    private static String words(Issue issue) {
        return issue.path() + ": " + issue.message();
    }
}
