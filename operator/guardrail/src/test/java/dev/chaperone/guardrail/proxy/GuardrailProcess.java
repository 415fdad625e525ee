package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.GuardrailMain;
import java.util.stream.Stream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A guardrail as its image starts it, in a process of its own that can be killed. */
record GuardrailProcess(Process process, InetSocketAddress address) implements AutoCloseable {
    private static final Path OPTIONS = Path.of("src", "main", "image", "guardrail.jvm");
    private static final Pattern LISTENS = Pattern.compile("address=/127\\.0\\.0\\.1:(\\d+) ready=(true|false)");
    private static final long PATIENCE_SECONDS = 60;

    /**
     * Starts it and waits until it listens.
     *
     * @param directory with a directory {@code config}; state and log are kept there too
     */
    static GuardrailProcess start(Path directory) throws IOException, InterruptedException {
        return start(directory, Map.of(
                "CHAPERONE_AGENT", "dev/coder",
                "CHAPERONE_CONFIG_DIRECTORY", directory.resolve("config").toString()));
    }

    /** As {@link #start(Path)}, with other sources; its standard output is left to whoever starts it. */
    static GuardrailProcess start(Path directory, Map<String, String> variables)
            throws IOException, InterruptedException {
        return start(directory, builder(variables));
    }

    /** As {@link #start(Path)}, with a builder that is changed already. */
    static GuardrailProcess start(Path directory, ProcessBuilder builder) throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Files.deleteIfExists(log);
        builder.redirectError(log.toFile());
        builder.environment().put("CHAPERONE_POD_UID", "pod-1");
        builder.environment().put("CHAPERONE_STATE_DIRECTORY", directory.resolve("state").toString());
        Process process = builder.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadline) {
            Matcher line = LISTENS.matcher(Files.readString(log));
            if (line.find()) {
                return new GuardrailProcess(process,
                        new InetSocketAddress("127.0.0.1", Integer.parseInt(line.group(1))));
            }
            Thread.sleep(20);
        }
        process.destroyForcibly();
        throw new IOException("the guardrail does not start: " + Files.readString(log));
    }

    /** A guardrail that is not started yet, with these variables and free ports. */
    static ProcessBuilder builder(Map<String, String> variables) {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + OPTIONS,
                "-cp", System.getProperty("java.class.path"), GuardrailMain.class.getName());
        builder.environment().put("CHAPERONE_PORT", "0");
        builder.environment().put("CHAPERONE_ADMIN_ADDRESS", "127.0.0.1");
        builder.environment().put("CHAPERONE_ADMIN_PORT", "0");
        builder.environment().putAll(variables);
        return builder;
    }

    /** Sends it a signal by its name, and waits until it is sent. */
    void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("kill ends with " + code);
        }
        while (name.equals("STOP") && !standsStill()) {
            Thread.sleep(1);
        }
    }

    // The signal stops all threads once one of them has been given the time to see it, and until then the others go on.
    private boolean standsStill() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String status = Files.readString(thread.resolve("stat"));
                if (!status.substring(status.lastIndexOf(')')).startsWith(") T")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** SIGKILL: it hears nothing of it and finishes nothing. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
