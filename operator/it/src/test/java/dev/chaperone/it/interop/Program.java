package dev.chaperone.it.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that a test started. It never outlives the test, not even one that is interrupted. */
final class Program implements AutoCloseable {
    private static final Duration STOPPING = Duration.ofSeconds(30);
    private static final Set<Program> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(program -> program.process.destroy())));
    }

    private final Process process;
    private final Path output;

    /**
     * How a program ended.
     *
     * @param exit its exit code
     * @param out what it wrote on standard output
     * @param err what it wrote on standard error
     */
    record Result(int exit, String out, String err) {}

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
        RUNNING.add(this);
    }

    /** Starts a program that goes on until it is closed. Both its outputs are kept in a file, for whoever must look. */
    static Program start(Path directory, Path output, Map<String, String> environment, List<String> command) {
        try {
            Files.createDirectories(output.getParent());
            return new Program(
                    builder(directory, environment, command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start(),
                    output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a program to its end.
     *
     * @throws IOException when there is no such program
     */
    static Result run(Path directory, Duration limit, String input, List<String> command) throws IOException {
        Path in = Files.createTempFile("in", ".txt");
        Path out = Files.createTempFile("out", ".txt");
        Path err = Files.createTempFile("err", ".txt");
        try {
            Files.writeString(in, input);
            Process process = builder(directory, Map.of(), command)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(Redirect.to(err.toFile()))
                    .start();
            try (Program program = new Program(process, out)) {
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError(command + " took longer than " + limit + ": " + Files.readString(err));
                }
                return new Result(process.exitValue(), program.output(), Files.readString(err));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            for (Path file : List.of(in, out, err)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static ProcessBuilder builder(Path directory, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        // Everything here talks on the loopback address; a proxy for the rest of the world would not find it.
        builder.environment().put("NO_PROXY", "localhost,127.0.0.1");
        builder.environment().putAll(environment);
        return builder;
    }

    /** Waits for a line of output. */
    Matcher await(Pattern line, Duration limit) {
        Matcher[] found = new Matcher[1];
        await(() -> {
            Matcher matcher = line.matcher(output());
            found[0] = matcher;
            return matcher.find();
        }, limit);
        return found[0];
    }

    /** Waits for what a running program brings about. */
    void await(BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new AssertionError("not ready, see " + output + ": " + output());
            }
            sleep();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the program and what it started. */
    @Override
    public void close() {
        RUNNING.remove(this);
        ProcessHandle[] children = process.descendants().toArray(ProcessHandle[]::new);
        process.destroy();
        try {
            if (!process.waitFor(STOPPING.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Arrays.stream(children).forEach(ProcessHandle::destroyForcibly);
    }
}
