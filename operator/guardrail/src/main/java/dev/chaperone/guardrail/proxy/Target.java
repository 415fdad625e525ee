package dev.chaperone.guardrail.proxy;

import dev.chaperone.config.Capability;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.mcp.Era;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.mcp.ServerMessages;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tool server that a request is for, and what it may be shown and may say.
 *
 * @param proxy what all requests share
 * @param head of the request
 * @param server the server
 */
record Target(ProxyContext proxy, RequestHead head, ServerConfig server) {
    Set<Capability> capabilities() {
        return server.capabilities().isEmpty()
                ? EnumSet.noneOf(Capability.class)
                : EnumSet.copyOf(server.capabilities());
    }

    Endpoint endpoint() {
        return Endpoint.of(server.url());
    }

    /**
     * The bearer token; null for none.
     *
     * @throws RefusedException when it has not come yet
     */
    @Nullable
    String credential() throws RefusedException {
        if (!server.credentials()) {
            return null;
        }
        String credential = proxy.credentials().tokenFor(server.name());
        if (credential == null) {
            throw RefusedException.unavailable(DenialCode.NOT_READY, "the credential of the tool server is missing");
        }
        return credential;
    }

    /**
     * The server's own id of the session; null for none.
     *
     * @throws RefusedException when the agent names a session that was never opened for it
     */
    @Nullable
    String sessionId(Era era) throws RefusedException {
        String sealed = era == Era.LEGACY ? head.view().single(UpstreamRequest.SESSION_ID) : null;
        if (sealed == null) {
            return null;
        }
        String id = proxy.sessionIds().open(server.name(), sealed);
        if (id == null) {
            throw RefusedException.http(404, "no such session");
        }
        return id;
    }

    /** How the server is asked for its list before such a call. */
    LookRequest look(McpMessage.ToolCallRequest call) throws RefusedException {
        return new LookRequest(
                proxy.sightings(), server, call, head.headers(), sessionId(call.era()), credential());
    }

    /** What the server's messages are judged by that come in answer to this one. */
    ServerMessages rules(Engine engine, McpMessage message) {
        var definitions = proxy.sightings().of(server);
        boolean lists = message instanceof McpMessage.OtherRequest request && request.method().equals("tools/list");
        return new ServerMessages(capabilities(), tool -> engine.listed(
                proxy.oversight().get(), proxy.session().state(), server.name(), tool, definitions),
                new AgentsLists(proxy.sightings(), server, lists));
    }
}
