package dev.chaperone.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.buildplan.ContainerBuildPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageContentTest {
    @TempDir
    private Path directory;

    private Program program;

    @BeforeEach
    void describe() throws Exception {
        Path lib = Files.createDirectories(directory.resolve("lib"));
        for (String jar : new String[]{"netty.jar", "chaperone-guard.jar", "antlr.jar"}) {
            Files.writeString(lib.resolve(jar), jar);
        }
        Files.writeString(directory.resolve("guard.jvm"), "# Small.\n-Xmx9m\n");
        Files.writeString(directory.resolve("lock.jvm"), "-Xmx4m\n");
        Files.writeString(directory.resolve(Program.DESCRIPTION), """
                name = guard
                title = Guard
                description = Guards.
                main = example.Main
                options = guard.jvm
                commands = lock
                lock.main = example.Lock
                lock.options = lock.jvm
                user = 64515
                modules = java.logging \\
                  java.naming
                """);
        program = Program.read(directory);
    }

    @Test
    void startsJavaWithTheOptionsTheCacheAndTheClassPathInItsOrder() throws Exception {
        // Given
        ImageContent content = new ImageContent(
                program, directory.resolve("lib"), Optional.of(Path.of(ImageContent.CACHE)), Instant.EPOCH);

        // When
        content.upon(Jib.fromScratch(), directory);

        // Then
        assertThat(directory.resolve("command")).content().isEqualTo("""
                # Small.
                -Xmx9m
                -XX:AOTCache=/opt/chaperone/program.aot
                -cp /opt/chaperone/lib/antlr.jar:/opt/chaperone/lib/chaperone-guard.jar:/opt/chaperone/lib/netty.jar
                example.Main
                """);
    }

    @Test
    void furtherCommandsHaveOptionsOfTheirOwnAndNotTheCache() throws Exception {
        // Given
        ImageContent content = new ImageContent(
                program, directory.resolve("lib"), Optional.of(Path.of(ImageContent.CACHE)), Instant.EPOCH);

        // When
        content.upon(Jib.fromScratch(), directory);

        // Then
        assertThat(directory.resolve("lock")).content().isEqualTo("""
                -Xmx4m
                -cp /opt/chaperone/lib/antlr.jar:/opt/chaperone/lib/chaperone-guard.jar:/opt/chaperone/lib/netty.jar
                example.Lock
                """);
    }

    @Test
    void runsWithoutShellAsTheUserOfTheProgram() throws Exception {
        // Given
        ImageContent content = new ImageContent(program, directory.resolve("lib"), Optional.empty(), Instant.EPOCH);

        // When
        ContainerBuildPlan plan = content.upon(Jib.fromScratch(), directory).toContainerBuildPlan();

        // Then
        assertThat(plan.getEntrypoint()).containsExactly("/opt/java/bin/java", "@/opt/chaperone/command");
        assertThat(plan.getUser()).isEqualTo("64515:64515");
        assertThat(directory.resolve("command")).content().doesNotContain("AOTCache");
    }

    @Test
    void readsWhatAProgramIsMadeOf() {
        // Given, When, Then
        assertThat(program.modules()).containsExactly("java.logging", "java.naming");
        assertThat(program.ownJars()).extracting(jar -> jar.getFileName().toString())
                .containsExactly("chaperone-guard.jar");
        assertThat(program.libraries()).hasSize(2);
    }
}
