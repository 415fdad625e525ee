package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.Era;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Builds what a tool server is sent: a head of our own, into which only known fields of the agent's are taken over. */
final class UpstreamRequest {
    static final String SESSION_ID = "mcp-session-id";

    private static final List<String> ALWAYS = List.of(
            "accept", "mcp-protocol-version", "user-agent", "traceparent", "tracestate", "baggage");
    private static final List<String> MODERN = List.of("mcp-method", "mcp-name");
    private static final String MODERN_PREFIX = "mcp-param-";

    private UpstreamRequest() {}

    /**
     * @param agent the agent's header fields
     * @param sessionId the server's own session id; null for none
     * @param credential the bearer token; null for none
     */
    static FullHttpRequest of(
            Endpoint endpoint,
            HttpMethod method,
            Era era,
            HttpHeaders agent,
            byte[] body,
            @Nullable String sessionId,
            @Nullable String credential) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, method, endpoint.target(), Unpooled.wrappedBuffer(body));
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, endpoint.authority());
        ALWAYS.forEach(name -> copy(agent, headers, name));
        if (era == Era.MODERN) {
            MODERN.forEach(name -> copy(agent, headers, name));
            agent.names().stream()
                    .filter(name -> name.toLowerCase(Locale.ROOT).startsWith(MODERN_PREFIX))
                    .forEach(name -> copy(agent, headers, name));
        } else {
            copy(agent, headers, "last-event-id");
            if (sessionId != null) {
                headers.set(SESSION_ID, sessionId);
            }
        }
        headers.set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
        if (method.equals(HttpMethod.POST)) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        if (credential != null) {
            headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + credential);
        }
        return request;
    }

    private static void copy(HttpHeaders from, HttpHeaders to, String name) {
        if (from.contains(name)) {
            to.set(name, from.getAll(name));
        }
    }
}
