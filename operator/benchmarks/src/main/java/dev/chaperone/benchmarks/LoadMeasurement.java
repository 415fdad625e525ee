package dev.chaperone.benchmarks;

import dev.chaperone.config.BundleCodec;
import dev.chaperone.policy.PolicyCompiler;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/**
 * A guardrail in its own process, as the sidecar's image runs it, with audit on: time to ready, memory, added latency on
 * one connection, and throughput on eight, in pairs with direct connections to the same tool server.
 *
 * <p>Arguments: the folder that {@code operator/guardrail/target/image} is; number of rules (default 1); further options
 * for the guardrail's JVM.
 */
public final class LoadMeasurement {
    private static final int PAIRS = 7;
    private static final int LATENCY_CALLS = 3000;
    private static final int FIRST_CALLS = 500;
    private static final int WARM_UPS = 3;
    private static final int CONNECTIONS = 8;
    private static final long THROUGHPUT_MILLIS = 3000;
    private static final int STARTS = 5;

    private final Path image;
    private final Path directory;
    private final List<String> options;
    private String start = "";

    private LoadMeasurement(Path image, Path directory, List<String> options) {
        this.image = image;
        this.directory = directory;
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("chaperone-load");
        int rules = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        List<String> options = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        new LoadMeasurement(Path.of(arguments[0]), directory, options).run(rules);
    }

    private void run(int rules) throws Exception {
        Process upstream = new ProcessBuilder(
                java(), "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                "dev.chaperone.benchmarks.EchoServer")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            int upstreamPort = Integer.parseInt(upstream.inputReader().readLine());
            var result = new PolicyCompiler().compile(
                    Policies.request(rules, true, "http://127.0.0.1:" + upstreamPort + "/mcp", -1));
            Files.write(directory.resolve("bundle.json"), BundleCodec.write(result.bundle()));
            train();
            long[] starts = new long[STARTS];
            for (int i = 0; i < STARTS; i++) {
                Guardrail guardrail = start(start);
                starts[i] = guardrail.readyMillis();
                guardrail.process().destroy();
                guardrail.process().waitFor();
            }
            System.out.printf("time to ready with %d rules: %s%n", rules, summary(starts, "ms", 1));
            Guardrail guardrail = start(start);
            try {
                measure(upstreamPort, guardrail);
            } finally {
                guardrail.process().destroy();
                guardrail.process().waitFor();
            }
        } finally {
            upstream.destroy();
        }
    }

    /** Starts a guardrail once, under some load, to write down what its start needs: JEP 514's cache. */
    private void train() throws Exception {
        Path cache = directory.resolve("guardrail.aot");
        Guardrail guardrail = start("-XX:AOTCacheOutput=" + cache);
        latencies(guardrail.port(), "/mcp/files", LATENCY_CALLS);
        guardrail.process().destroy();
        guardrail.process().waitFor();
        System.out.printf("AOT cache: %d MB%n", Files.size(cache) >> 20);
        start = "-XX:AOTCache=" + cache;
    }

    private record Guardrail(Process process, int port, long readyMillis) {}

    private Guardrail start(String aot) throws IOException, InterruptedException {
        int port = freePort();
        int adminPort = freePort();
        List<String> command = new ArrayList<>(List.of(java(), "@" + image.resolve("guardrail.jvm")));
        command.add(aot);
        command.addAll(options);
        command.addAll(List.of("-cp", image.resolve("lib") + "/*", "dev.chaperone.guardrail.GuardrailMain"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("guardrail.log").toFile());
        // The process that writes the cache needs more room than the guardrail itself.
        builder.environment().put("JDK_AOT_VM_OPTIONS", "-Xmx512m");
        builder.environment().put("CHAPERONE_AGENT", "dev/coder");
        builder.environment().put("CHAPERONE_CONFIG_DIRECTORY", directory.toString());
        builder.environment().put("CHAPERONE_STATE_DIRECTORY",
                Files.createTempDirectory(directory, "state").toString());
        builder.environment().put("CHAPERONE_PORT", String.valueOf(port));
        builder.environment().put("CHAPERONE_ADMIN_PORT", String.valueOf(adminPort));
        builder.environment().put("CHAPERONE_ADMIN_ADDRESS", "127.0.0.1");
        long start = System.nanoTime();
        Process process = builder.start();
        while (!ready(adminPort)) {
            if (!process.isAlive()) {
                throw new IOException(Files.readString(directory.resolve("guardrail.log")));
            }
            Thread.sleep(2);
        }
        return new Guardrail(process, port, (System.nanoTime() - start) / 1_000_000);
    }

    private void measure(int direct, Guardrail guardrail) throws Exception {
        System.out.printf("memory after start: %d MB%n", residentMegabytes(guardrail.process()));
        latencies(direct, "/mcp", LATENCY_CALLS);
        long cold = percentile(latencies(guardrail.port(), "/mcp/files", FIRST_CALLS), 50);
        System.out.printf("first %d calls after start, p50: %dus%n", FIRST_CALLS, cold / 1000);
        for (int i = 0; i < WARM_UPS; i++) {
            throughput(guardrail.port(), "/mcp/files");
        }
        long[] addedMedian = new long[PAIRS];
        long[] addedTail = new long[PAIRS];
        long[] directRate = new long[PAIRS];
        long[] throughRate = new long[PAIRS];
        long peak = 0;
        for (int i = 0; i < PAIRS; i++) {
            long[] without = latencies(direct, "/mcp", LATENCY_CALLS);
            long[] with = latencies(guardrail.port(), "/mcp/files", LATENCY_CALLS);
            addedMedian[i] = percentile(with, 50) - percentile(without, 50);
            addedTail[i] = percentile(with, 99) - percentile(without, 99);
            directRate[i] = throughput(direct, "/mcp");
            throughRate[i] = throughput(guardrail.port(), "/mcp/files");
            peak = Math.max(peak, residentMegabytes(guardrail.process()));
        }
        System.out.printf("added on 1 connection, p50: %s%n", summary(addedMedian, "us", 1000));
        System.out.printf("added on 1 connection, p99: %s%n", summary(addedTail, "us", 1000));
        System.out.printf("calls/s on %d connections, direct: %s%n", CONNECTIONS, summary(directRate, "", 1));
        System.out.printf("calls/s on %d connections, through: %s%n", CONNECTIONS, summary(throughRate, "", 1));
        System.out.printf("memory under load, highest: %d MB; of the process alone: %d MB%n", peak,
                megabytes(guardrail.process(), "RssAnon:"));
    }

    private static long[] latencies(int port, String path, int calls) throws IOException {
        long[] nanos = new long[calls];
        try (CallClient client = new CallClient(port, path)) {
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = client.call();
            }
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static long throughput(int port, String path) throws Exception {
        long end = System.nanoTime() + THROUGHPUT_MILLIS * 1_000_000;
        Callable<Long> one = () -> {
            long calls = 0;
            try (CallClient client = new CallClient(port, path)) {
                for (; System.nanoTime() < end; calls++) {
                    client.call();
                }
            }
            return calls;
        };
        long total = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            for (Future<Long> calls : threads.invokeAll(java.util.Collections.nCopies(CONNECTIONS, one))) {
                total += calls.get();
            }
        }
        return total * 1000 / THROUGHPUT_MILLIS;
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted[(int) ((sorted.length - 1) * (long) percent / 100)];
    }

    private static String summary(long[] values, String unit, int divisor) {
        long[] sorted = LongStream.of(values).sorted().toArray();
        return "median %d%s (%d to %d)".formatted(
                sorted[sorted.length / 2] / divisor, unit, sorted[0] / divisor, sorted[sorted.length - 1] / divisor);
    }

    private static long residentMegabytes(Process process) throws IOException {
        return megabytes(process, "VmRSS:");
    }

    private static long megabytes(Process process, String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith(what))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    private static boolean ready(int port) {
        try {
            var connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/readyz").toURL()
                    .openConnection();
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
