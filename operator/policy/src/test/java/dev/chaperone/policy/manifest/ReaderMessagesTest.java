package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Foreign;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people read, one folder for each case: {@code in.yaml} and {@code out.txt}. */
class ReaderMessagesTest {
    private static final Path FOLDER = Path.of("src/test/resources/manifest");

    static List<Path> cases() throws IOException {
        try (Stream<Path> found = Files.list(FOLDER)) {
            return found.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsWhatTheFileSays(Path folder) throws IOException {
        // Given
        String text = Files.readString(folder.resolve("in.yaml"));

        // When
        List<ManifestDocument> documents = ManifestReader.read("in.yaml", text);

        // Then
        String told = documents.stream().map(ReaderMessagesTest::tell).collect(Collectors.joining("\n"));
        Path out = folder.resolve("out.txt");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(out, told);
        }
        assertThat(told).as("to accept what it says now: -Dgolden.update=true").isEqualTo(Files.readString(out));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("unused files").containsExactlyInAnyOrder(folder.resolve("in.yaml"), out);
        }
    }

    private static String tell(ManifestDocument document) {
        return switch (document) {
            case Decoded decoded -> "decoded " + decoded.resource().getKind() + " "
                    + decoded.resource().getMetadata().getNamespace() + "/" + decoded.resource().getMetadata().getName()
                    + "\n";
            case Foreign foreign -> "foreign " + foreign.kind() + " of " + foreign.apiVersion() + "\n";
            case Undecodable undecodable -> "undecodable " + undecodable.identity() + "\n" + undecodable.issues()
                    .stream()
                    .map(Issue::render)
                    .map(issue -> issue + "\n")
                    .collect(Collectors.joining());
        };
    }
}
