package dev.chaperone.cli.demo;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What the containers of the demonstration run, led by {@link Lines}. */
public final class DemoPod {
    /** Environment variable with the token that the tool servers ask for. */
    static final String TOKEN = "DEMO_TOKEN";
    static final int TOOLS_PORT = 8080;

    static final String TOOLS = "tools";
    static final String CALL = "call";
    static final String GO_AROUND = "go-around";
    static final String FILE = "file";
    static final String COUNT = "count";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},\
            "clientInfo":{"name":"demo","version":"1"}}}""";

    private DemoPod() {}

    /** Serves the tools, with the workspace at {@code /workspace}. */
    public static void runTools() throws Exception {
        String token = System.getenv().getOrDefault(TOKEN, "");
        if (token.isEmpty()) {
            throw new DemoException(TOKEN + " is not set");
        }
        Path root = Path.of("/");
        DemoTools.writeWorkspace(root);
        try (DemoTools tools = DemoTools.start(root, new InetSocketAddress(TOOLS_PORT), token)) {
            serve((what, request, answer) -> {
                switch (what) {
                    case FILE -> answer.put(FILE, tools.file(request.path("path").asText()));
                    case COUNT -> answer.put(COUNT, tools.calls());
                    default -> throw new IOException("unknown: " + what);
                }
            });
        }
    }

    /** Is the agent. */
    public static void runAgent(String mcpUrl) throws Exception {
        try (DemoAgent agent = new DemoAgent(URI.create(mcpUrl)); HttpClient http = HttpClient.newHttpClient()) {
            serve((what, request, answer) -> agentDoes(agent, http, what, request, answer));
        }
    }

    private static void agentDoes(DemoAgent agent, HttpClient http, String what, JsonNode request, ObjectNode answer)
            throws IOException, InterruptedException {
        String server = request.path("server").asText();
        switch (what) {
            case TOOLS -> answer.set(TOOLS, MAPPER.valueToTree(agent.tools(server)));
            case CALL -> {
                Map<String, Object> arguments = MAPPER.convertValue(request.path("arguments"), new TypeReference<>() {
                });
                DemoAgent.Answer read = agent.call(server, request.path("tool").asText(), arguments);
                answer.put("error", read.error()).put("text", read.text());
            }
            case GO_AROUND -> answer.put("status", http.send(
                    HttpRequest.newBuilder(URI.create(request.path("url").asText())).timeout(PATIENCE)
                            .header("Content-Type", "application/json")
                            .header("Accept", "application/json, text/event-stream")
                            .POST(HttpRequest.BodyPublishers.ofString(INITIALIZE)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode());
            default -> throw new IOException("unknown: " + what);
        }
    }

    private static void serve(Lines.Actor actor) throws IOException {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Lines.serve(new FileInputStream(FileDescriptor.in), out, actor);
    }
}
