package dev.chaperone.it.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Something that is installed once for a state of its sources, and whose absence skips the tests that need it. */
final class Installation {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final String name;
    private final Path directory;
    private final Path marker;
    private final List<List<String>> commands;
    private boolean tried;
    private Optional<String> obstacle = Optional.empty();

    /**
     * @param name what it is called
     * @param directory where it is installed
     * @param version changes when it has to be installed anew
     * @param commands what installs it
     */
    Installation(String name, Path directory, int version, List<List<String>> commands) {
        this.name = name;
        this.directory = directory;
        this.marker = directory.resolve("." + name + "-" + Integer.toHexString(version));
        this.commands = commands;
    }

    /** Installs it unless that is done. Skips the test, saying why, when it cannot be installed. */
    synchronized void require() {
        if (!tried) {
            tried = true;
            obstacle = install();
            obstacle.ifPresent(reason -> System.out.println("SKIPPED, " + reason));
        }
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    private Optional<String> install() {
        try {
            if (Files.exists(marker)) {
                return Optional.empty();
            }
            for (List<String> command : commands) {
                Program.Result result = Program.run(directory, LIMIT, "", command);
                if (result.exit() != 0) {
                    return Optional.of(name + " cannot be installed: " + String.join(" ", command) + " says "
                            + result.out().strip() + result.err().strip());
                }
            }
            Files.createFile(marker);
            return Optional.empty();
        } catch (IOException | AssertionError e) {
            return Optional.of(name + " cannot be installed: " + e.getMessage());
        }
    }
}
