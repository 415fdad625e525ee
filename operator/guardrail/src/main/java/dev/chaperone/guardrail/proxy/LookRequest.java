package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.guardrail.mcp.Era;
import dev.chaperone.guardrail.mcp.McpMessage;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a tool server is asked for its list in place of the agent, which wants to call a tool.
 *
 * @param sightings what is to know of the answer
 * @param server the server
 * @param call what the agent wants to call
 * @param agent the agent's header fields
 * @param sessionId the server's own session id; null for none
 * @param credential the bearer token; null for none
 */
record LookRequest(
        Sightings sightings,
        ServerConfig server,
        McpMessage call,
        HttpHeaders agent,
        @Nullable String sessionId,
        @Nullable String credential) {
    private static final String LIST = "tools/list";
    private static final List<String> OF_CLIENTS = List.of("user-agent", "mcp-protocol-version");
    // Of what the agent says of itself in each request of the modern era, all that a list may depend on.
    private static final String META = "io.modelcontextprotocol/";

    /** What makes requests the same: their answers are. */
    record Key(ServerConfig server, @Nullable String sessionId) {}

    /** Without the credential. */
    @Override
    public String toString() {
        return "LookRequest[" + server.name() + "]";
    }

    Key key() {
        return new Key(server, sessionId);
    }

    Endpoint endpoint() {
        return Endpoint.of(server.url());
    }

    void doubt() {
        sightings.doubted(server);
    }

    /**
     * The request for a page.
     *
     * @param cursor what the server called the page; null for the first
     * @throws IOException when it would have text that UTF-8 does not have
     */
    FullHttpRequest message(String id, @Nullable String cursor) throws IOException {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream");
        for (String name : OF_CLIENTS) {
            if (agent.contains(name)) {
                headers.set(name, agent.getAll(name));
            }
        }
        if (call.era() == Era.MODERN) {
            headers.set("mcp-method", LIST);
        }
        return UpstreamRequest.of(
                endpoint(), HttpMethod.POST, call.era(), headers, JsonTrees.write(body(id, cursor)), sessionId,
                credential);
    }

    private ObjectNode body(String id, @Nullable String cursor) throws IOException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0").put("id", id)
                .put("method", LIST);
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        if (cursor != null) {
            params.put("cursor", cursor);
        }
        if (call.era() == Era.MODERN) {
            ObjectNode meta = params.putObject("_meta");
            JsonNode told = JsonTrees.readEveryDigit(call.body()).path("params").path("_meta");
            told.properties().stream()
                    .filter(member -> member.getKey().startsWith(META))
                    .forEach(member -> meta.set(member.getKey(), member.getValue()));
        }
        if (!params.isEmpty()) {
            body.set("params", params);
        }
        return body;
    }
}
