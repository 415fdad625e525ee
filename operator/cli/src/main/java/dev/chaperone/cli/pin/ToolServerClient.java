package dev.chaperone.cli.pin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a tool server for all of its tools, over Streamable HTTP: with a session, or without one where the server speaks
 * only the revision that has none. It keeps what the server writes as it is, which typed clients do not.
 */
public final class ToolServerClient {
    private static final String LEGACY = "2025-11-25";
    private static final String MODERN = "2026-07-28";
    private static final String LIST = "tools/list";
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_PAGES = 256;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final URI url;
    private final @Nullable String token;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build();
    private String version = LEGACY;
    private @Nullable String session;
    private int ids;

    private ToolServerClient(URI url, @Nullable String token) {
        this.url = url;
        this.token = token;
    }

    /**
     * The tools that a server lists, on all of its pages.
     *
     * @param token a bearer token for it; null for none
     * @throws IOException when it does not list any, with why
     */
    public static List<JsonNode> list(URI url, @Nullable String token) throws IOException, InterruptedException {
        ToolServerClient client = new ToolServerClient(url, token);
        try (client.http) {
            try {
                client.initialize();
            } catch (RefusedException e) {
                return client.listWithoutSession(e);
            }
            try {
                return client.pages();
            } finally {
                client.end();
            }
        }
    }

    /** The server answered, and not as it should. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private void initialize() throws IOException, InterruptedException {
        ObjectNode params = NODES.objectNode().put("protocolVersion", LEGACY);
        params.putObject("capabilities");
        params.set("clientInfo", clientInfo());
        JsonNode result = ask("initialize", params);
        version = result.path("protocolVersion").asText(LEGACY);
        send(message("notifications/initialized", NODES.objectNode()), "notifications/initialized").body().close();
    }

    private List<JsonNode> listWithoutSession(RefusedException refusal) throws IOException, InterruptedException {
        version = MODERN;
        session = null;
        try {
            return pages();
        } catch (RefusedException e) {
            e.addSuppressed(refusal);
            throw new IOException(
                    "initialize: " + refusal.getMessage() + "; without a session: " + e.getMessage(), e);
        }
    }

    private List<JsonNode> pages() throws IOException, InterruptedException {
        List<JsonNode> tools = new ArrayList<>();
        String cursor = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            ObjectNode params = NODES.objectNode();
            if (cursor != null) {
                params.put("cursor", cursor);
            }
            if (version.equals(MODERN)) {
                ObjectNode meta = params.putObject("_meta").put("io.modelcontextprotocol/protocolVersion", MODERN);
                meta.putObject("io.modelcontextprotocol/clientCapabilities");
                meta.set("io.modelcontextprotocol/clientInfo", clientInfo());
            }
            JsonNode result = ask(LIST, params);
            tools.addAll(ToolLists.tools(result.path("tools")));
            if (!result.hasNonNull("nextCursor")) {
                return tools;
            }
            cursor = result.path("nextCursor").asText();
        }
        throw new IOException("its list has more than " + MAX_PAGES + " pages");
    }

    private static ObjectNode clientInfo() {
        return NODES.objectNode().put("name", "chaperone").put("version", "1");
    }

    private static ObjectNode message(String method, ObjectNode params) {
        ObjectNode message = NODES.objectNode().put("jsonrpc", "2.0").put("method", method);
        if (!params.isEmpty()) {
            message.set("params", params);
        }
        return message;
    }

    private JsonNode ask(String method, ObjectNode params) throws IOException, InterruptedException {
        int id = ++ids;
        HttpResponse<InputStream> response = send(message(method, params).put("id", id), method);
        try (InputStream body = new BufferedInputStream(response.body())) {
            if (response.statusCode() != 200) {
                throw new RefusedException(
                        response.statusCode() == 401 || response.statusCode() == 403
                                ? "HTTP " + response.statusCode() + ": it wants a credential (--token-file)"
                                : "HTTP " + response.statusCode());
            }
            String type = response.headers().firstValue("content-type").orElse("");
            JsonNode answer = type.startsWith("text/event-stream") ? event(body, id) : json(body);
            if (answer == null || !answer.path("result").isObject()) {
                throw new RefusedException("no result of " + method + ", error "
                        + (answer == null ? "none" : answer.path("error").path("code").asText("none")));
            }
            if (method.equals("initialize")) {
                session = response.headers().firstValue("mcp-session-id").orElse(null);
            }
            return answer.path("result");
        }
    }

    private HttpResponse<InputStream> send(ObjectNode message, String method) throws IOException, InterruptedException {
        HttpRequest.Builder request = to().POST(BodyPublishers.ofByteArray(JsonTrees.write(message)))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream");
        if (version.equals(MODERN)) {
            request.header("Mcp-Method", method);
        }
        if (!method.equals("initialize")) {
            request.header("MCP-Protocol-Version", version);
        }
        return http.send(request.build(), BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder to() {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(ANSWER);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        return request;
    }

    private void end() throws InterruptedException {
        if (session != null) {
            try {
                http.send(to().DELETE().build(), BodyHandlers.discarding());
            } catch (IOException e) {
                // It ends by itself, sooner or later.
            }
        }
    }

    private static JsonNode json(InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new IOException("its answer is larger than " + MAX_BYTES + " bytes");
        }
        return parsed(bytes);
    }

    private static JsonNode parsed(byte[] bytes) throws IOException {
        try {
            return JsonTrees.readEveryDigit(bytes);
        } catch (IOException e) {
            throw new RefusedException("its answer is not JSON that has one meaning");
        }
    }

    /** The message of a stream that answers; what else comes on it is passed over. */
    private static @Nullable JsonNode event(InputStream body, int id) throws IOException {
        var line = new ByteArrayOutputStream();
        var data = new ByteArrayOutputStream();
        int read = 0;
        for (int b = body.read(); b >= 0; b = body.read()) {
            if (++read > MAX_BYTES) {
                throw new IOException("its answer is larger than " + MAX_BYTES + " bytes");
            }
            if (b == '\r') {
                continue;
            }
            if (b != '\n') {
                line.write(b);
                continue;
            }
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            if (text.startsWith("data:")) {
                data.writeBytes(text.substring(5).stripLeading().getBytes(StandardCharsets.UTF_8));
                data.write('\n');
            } else if (text.isEmpty() && data.size() > 0) {
                byte[] message = data.toByteArray();
                data.reset();
                JsonNode answer = new String(message, StandardCharsets.UTF_8).isBlank() ? null : parsed(message);
                if (answer != null && answer.path("id").asInt(0) == id && !answer.has("method")) {
                    return answer;
                }
            }
        }
        return null;
    }
}
