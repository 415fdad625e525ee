package dev.chaperone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A tool server over HTTP that wants what a real one wants: a session in the legacy era, headers in the modern one. */
final class ListingHttpServer implements AutoCloseable {
    enum Kind {
        LEGACY, LEGACY_EVENTS, MODERN
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SESSION = "session-1";

    final List<String> methods = new CopyOnWriteArrayList<>();
    volatile List<String> pages;
    volatile String token;
    private final Kind kind;
    private final HttpServer http;

    ListingHttpServer(Kind kind, String... pages) throws IOException {
        this.kind = kind;
        this.pages = List.of(pages);
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/mcp", this::answer);
        http.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/mcp");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("DELETE")) {
                methods.add("DELETE");
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            String method = request.path("method").asText();
            methods.add(method);
            if (token != null && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
            } else if (kind == Kind.MODERN) {
                modern(exchange, request, method);
            } else {
                legacy(exchange, request, method);
            }
        }
    }

    private void legacy(HttpExchange exchange, JsonNode request, String method) throws IOException {
        if (method.equals("initialize")) {
            exchange.getResponseHeaders().add("Mcp-Session-Id", SESSION);
            send(exchange, request, "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                    + "\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}");
        } else if (!SESSION.equals(exchange.getRequestHeaders().getFirst("Mcp-Session-Id"))
                || !"2025-06-18".equals(exchange.getRequestHeaders().getFirst("MCP-Protocol-Version"))) {
            exchange.sendResponseHeaders(400, -1);
        } else if (method.startsWith("notifications/")) {
            exchange.sendResponseHeaders(202, -1);
        } else {
            send(exchange, request, page(request));
        }
    }

    private void modern(HttpExchange exchange, JsonNode request, String method) throws IOException {
        boolean good = "2026-07-28".equals(exchange.getRequestHeaders().getFirst("MCP-Protocol-Version"))
                && method.equals(exchange.getRequestHeaders().getFirst("Mcp-Method"))
                && request.at("/params/_meta").has("io.modelcontextprotocol/clientCapabilities");
        if (good && method.equals("tools/list")) {
            send(exchange, request, page(request));
        } else {
            exchange.sendResponseHeaders(400, -1);
        }
    }

    private String page(JsonNode request) {
        int at = request.at("/params/cursor").asInt(0);
        String next = at + 1 < pages.size() ? ",\"nextCursor\":\"" + (at + 1) + "\"" : "";
        return "{\"tools\":[" + pages.get(at) + "]" + next + "}";
    }

    private void send(HttpExchange exchange, JsonNode request, String result) throws IOException {
        String answer = "{\"jsonrpc\":\"2.0\",\"id\":" + request.path("id") + ",\"result\":" + result + "}";
        boolean events = kind == Kind.LEGACY_EVENTS;
        exchange.getResponseHeaders().add("Content-Type", events ? "text/event-stream" : "application/json");
        String body = events
                ? "id: 0\ndata: \n\n: hello\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n"
                        + "event: message\r\ndata: " + answer + "\r\n\r\n"
                : answer;
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
