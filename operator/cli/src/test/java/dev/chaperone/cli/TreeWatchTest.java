package dev.chaperone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeWatchTest {
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    Path tree;

    private Path file;
    private TreeWatch watch;

    @BeforeEach
    void look() throws IOException {
        file = Files.writeString(tree.resolve("deny.yaml"), "kind: ToolPolicy\n");
        watch = new TreeWatch(tree);
        assertThat(watch.changed()).as("the first look").isTrue();
    }

    private boolean changedAndOver() {
        watch.changed();
        return watch.changed();
    }

    @Test
    void tellsOfAnEditOnce() throws IOException {
        // When
        Files.writeString(file, "kind: ToolServer\n");

        // Then
        assertThat(watch.changed()).as("perhaps not over").isFalse();
        assertThat(watch.changed()).isTrue();
        assertThat(changedAndOver()).isFalse();
    }

    @Test
    void tellsNothingWhenOnlyTimeGoesBy() throws IOException {
        // When
        Files.setLastModifiedTime(file, LONG_AGO);

        // Then
        assertThat(changedAndOver()).isFalse();
    }

    @Test
    void readsAFileAgainThatWasJustChanged() throws IOException {
        // Given
        FileTime now = FileTime.from(Instant.now().plusSeconds(60));
        Files.setLastModifiedTime(file, now);
        changedAndOver();

        // When
        Files.writeString(file, "kind: ToolPolicX\n");
        Files.setLastModifiedTime(file, now);

        // Then
        assertThat(changedAndOver()).isTrue();
    }

    @Test
    void takesAFileThatIsEmptiedForOneThatIsBeingWritten() throws IOException {
        // When
        Files.writeString(file, " \n");

        // Then
        assertThat(changedAndOver()).isFalse();
        assertThat(watch.emptied()).containsExactly(file);
    }

    @Test
    void goesOnOnceAnEmptiedFileIsWritten() throws IOException {
        // Given
        Files.writeString(file, "");
        changedAndOver();

        // When
        Files.writeString(file, "kind: Agent\n");

        // Then
        assertThat(changedAndOver()).isTrue();
        assertThat(watch.emptied()).isEmpty();
    }

    @Test
    void takesAFileThatIsRemovedForRemoved() throws IOException {
        // When
        Files.delete(file);

        // Then
        assertThat(changedAndOver()).isTrue();
        assertThat(watch.emptied()).isEmpty();
    }

    @Test
    void tellsOfALinkThatLeadsNowhere() throws IOException {
        // When
        Files.createSymbolicLink(tree.resolve("gone.yaml"), tree.resolve("nothing"));

        // Then
        assertThat(changedAndOver()).isTrue();
    }
}
