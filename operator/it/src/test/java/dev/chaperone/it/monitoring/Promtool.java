package dev.chaperone.it.monitoring;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Prometheus' own tool, of the environment variable {@code CHAPERONE_PROMTOOL} or from the path. */
record Promtool(Path program) {
    private static final String SETTING = "CHAPERONE_PROMTOOL";
    private static final String MISSING = "no promtool: set " + SETTING + " to one, or put it into the path";

    /** How it ended. */
    record Result(int exit, String output) {}

    /** Skips the test, saying why, when there is none; one that is named and is none is a failure. */
    static Promtool require() {
        String named = System.getenv(SETTING);
        if (named != null && !named.isBlank()) {
            if (!Files.isExecutable(Path.of(named))) {
                throw new AssertionError(SETTING + " is no program: " + named);
            }
            return new Promtool(Path.of(named));
        }
        Optional<Path> found = Stream
                .of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool")).filter(Files::isExecutable).findFirst();
        if (found.isEmpty()) {
            System.out.println("SKIPPED, " + MISSING);
        }
        assumeTrue(found.isPresent(), MISSING);
        return new Promtool(found.orElseThrow());
    }

    /** Runs it in a folder. */
    Result run(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
