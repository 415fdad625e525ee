package dev.chaperone.cli.demo;

import dev.chaperone.cli.console.Console;
import dev.chaperone.guardrail.config.ConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Plays an agent's session against the policies of {@code policies/} on this machine, and tells it. */
public final class Demo {
    /** Makes the source of configs for a tree of manifests. */
    public interface SourceFactory {
        ConfigSource of(Path policies, Path stateDirectory) throws IOException;
    }

    private Demo() {}

    /** Plays it. Returns whether it went as it is meant to go. */
    public static boolean play(Console console, SourceFactory sources) throws Exception {
        Path directory = Files.createTempDirectory("chaperone-demo");
        try (LocalStage stage = new LocalStage(directory, sources)) {
            return new Story(console, stage).tell();
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(directory)) {
            files = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
