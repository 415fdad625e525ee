package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.Era;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a tool server that what it asked the agent for is not to be had; it would wait for the agent otherwise. */
final class ServerRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(ServerRefusals.class);
    // A server that asks faster than it takes answers goes without some, or it would own all connections.
    private static final int MAX_UNDER_WAY = 8;

    private final UpstreamConnections upstream;
    private final Endpoint endpoint;
    private final @Nullable String sessionId;
    private final @Nullable String credential;
    private final EventExecutor loop;
    private final Duration patience;
    private int underWay;

    /** @param patience how long the server gets to take a refusal */
    ServerRefusals(
            UpstreamConnections upstream,
            Endpoint endpoint,
            @Nullable String sessionId,
            @Nullable String credential,
            EventExecutor loop,
            Duration patience) {
        this.upstream = upstream;
        this.endpoint = endpoint;
        this.sessionId = sessionId;
        this.credential = credential;
        this.loop = loop;
        this.patience = patience;
    }

    void send(byte[] answer) {
        if (underWay == MAX_UNDER_WAY) {
            return;
        }
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream");
        new Refusal().begin(
                UpstreamRequest.of(endpoint, HttpMethod.POST, Era.LEGACY, headers, answer, sessionId, credential));
    }

    private final class Refusal implements UpstreamListener {
        private final Deadline deadline = new Deadline(loop, this::giveUp);
        private UpstreamConnections.@Nullable Exchange posting;
        private boolean over;

        void begin(FullHttpRequest message) {
            underWay++;
            posting = upstream.send(endpoint, message, this);
            if (!over) {
                deadline.in(patience);
            }
        }

        private void giveUp() {
            end();
            if (posting != null) {
                posting.abort();
            }
        }

        private void end() {
            over = true;
            underWay--;
            deadline.end();
        }

        @Override
        public void head(HttpResponse ignored) {}

        @Override
        public void content(byte[] ignored) {}

        @Override
        public void ended() {
            end();
        }

        @Override
        public void failed(Throwable cause) {
            end();
            LOG.atDebug().addKeyValue("error", cause.toString()).log("A tool server did not take a refusal");
        }
    }
}
