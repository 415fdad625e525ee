package dev.chaperone.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CrdDriftTest {
    private static final Path COMMITTED = Path.of("../../crds");

    @Test
    void theCommittedCrdsAreThoseThatTheRecordsMake() throws IOException {
        // Given
        SortedMap<String, String> generated = CrdGenerator.generate();
        if (Boolean.getBoolean("crds.update")) {
            write(generated);
        }

        // When
        Map<String, String> committed = read();

        // Then
        assertThat(committed).as("run: mvn test -pl operator/api -am -Dcrds.update=true -Dtest=CrdDriftTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false").isEqualTo(generated);
    }

    private static void write(Map<String, String> files) throws IOException {
        Files.createDirectories(COMMITTED);
        for (String stale : read().keySet()) {
            Files.delete(COMMITTED.resolve(stale));
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(COMMITTED.resolve(file.getKey()), file.getValue());
        }
    }

    private static SortedMap<String, String> read() throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (var found = Files.newDirectoryStream(COMMITTED)) {
            for (Path file : found) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
