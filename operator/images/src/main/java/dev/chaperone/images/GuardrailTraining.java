package dev.chaperone.images;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An agent's session with a guardrail in between: calls allowed and denied, lists, events, health and metrics. */
final class GuardrailTraining implements Training {
    private static final int CALLS = 1500;
    private static final int READY_POLL_MILLIS = 10;
    private static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},\
            "clientInfo":{"name":"training","version":"1"}}}""";
    private static final String LIST = """
            {"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}""";
    private static final String CALL = """
            {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"write_file","arguments":{"path":"%s",\
            "content":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","mode":420,"tags":["a","b"]}}}""";
    private static final String ALLOWED = CALL.formatted("/workspace/src/Calculator.java");
    private static final String DENIED = CALL.formatted("/workspace/tests/CalculatorTest.java");

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    public String version() {
        return "1 " + TrainingBundle.TEXT;
    }

    @Override
    public void run(List<String> command) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("chaperone-training");
        try (TrainingServer server = TrainingServer.start()) {
            Files.write(directory.resolve("bundle.json"), TrainingBundle.of(server.url()));
            run(command, directory);
        } finally {
            Folders.delete(directory);
        }
    }

    private void run(List<String> command, Path directory) throws IOException, InterruptedException {
        int port = freePort();
        int adminPort = freePort();
        Path log = directory.resolve("guardrail.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(Map.of(
                // The process that writes the cache needs more room than the guardrail itself.
                "JDK_AOT_VM_OPTIONS", "-Xmx512m",
                "CHAPERONE_AGENT", "training/agent",
                "CHAPERONE_CONFIG_DIRECTORY", directory.toString(),
                "CHAPERONE_STATE_DIRECTORY", directory.toString(),
                "CHAPERONE_PORT", String.valueOf(port),
                "CHAPERONE_ADMIN_PORT", String.valueOf(adminPort),
                "CHAPERONE_ADMIN_ADDRESS", "127.0.0.1"));
        Process process = builder.start();
        try {
            URI admin = URI.create("http://127.0.0.1:" + adminPort);
            while (!ready(admin.resolve("/readyz"))) {
                if (!process.isAlive()) {
                    throw new IOException("the guardrail ended: " + Files.readString(log));
                }
                Thread.sleep(READY_POLL_MILLIS);
            }
            URI agent = URI.create("http://127.0.0.1:" + port + "/mcp/files");
            session(agent);
            get(admin.resolve("/healthz"));
            get(admin.resolve("/metrics"));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private void session(URI agent) throws IOException, InterruptedException {
        post(agent, INITIALIZE, "capabilities");
        post(agent, LIST, "write_file");
        for (int i = 0; i < CALLS; i++) {
            post(agent, ALLOWED, TrainingServer.DONE);
            if (i % 10 == 0) {
                post(agent, DENIED, "policy_denied");
            }
        }
    }

    private void post(URI uri, String body, String expected) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri).header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        if (!answer.contains(expected)) {
            throw new IOException("the guardrail answers " + answer + " to " + body);
        }
    }

    private int get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private boolean ready(URI uri) throws InterruptedException {
        try {
            return get(uri) == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
