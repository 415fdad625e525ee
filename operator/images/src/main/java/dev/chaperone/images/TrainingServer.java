package dev.chaperone.images;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A tool server that answers at once, every second time as a stream of events. */
final class TrainingServer implements AutoCloseable {
    static final String DONE = "\"text\":\"written\"";

    private static final String INITIALIZED = """
            {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},\
            "serverInfo":{"name":"training","version":"1"}}}""";
    private static final String TOOLS = """
            {"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"write_file","inputSchema":{"type":"object"}},\
            {"name":"unknown","inputSchema":{"type":"object"}}]}}""";
    private static final String RESULT = """
            {"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text",%s}],"isError":false}}""".formatted(DONE);

    private final HttpServer server;
    private int answers;

    private TrainingServer(HttpServer server) {
        this.server = server;
    }

    static TrainingServer start() throws IOException {
        TrainingServer training = new TrainingServer(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        training.server.createContext("/mcp", training::answer);
        training.server.start();
        return training;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String answer = request.contains("\"initialize\"")
                    ? INITIALIZED
                    : request.contains("\"tools/list\"") ? TOOLS : RESULT;
            boolean events = answers++ % 2 == 1;
            byte[] body = (events ? "event: message\ndata: " + answer + "\n\n" : answer)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", events ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
