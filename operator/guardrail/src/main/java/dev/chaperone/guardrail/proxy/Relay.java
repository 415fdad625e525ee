package dev.chaperone.guardrail.proxy;

import dev.chaperone.config.ServerConfig;
import dev.chaperone.guardrail.mcp.Answers;
import dev.chaperone.guardrail.mcp.CredentialWatch;
import dev.chaperone.guardrail.mcp.Era;
import dev.chaperone.guardrail.mcp.EventStream;
import dev.chaperone.guardrail.mcp.JsonRpcId;
import dev.chaperone.guardrail.mcp.JsonWatch;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.mcp.ServerMessages;
import dev.chaperone.guardrail.telemetry.Evidence.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a tool server's answer to the agent: events one by one, JSON as it comes and watched, lists and capabilities
 * whole and rewritten. The agent's connection sets the pace.
 */
final class Relay implements UpstreamListener {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final List<String> FORWARDED = List.of("cache-control", "x-accel-buffering",
            "mcp-protocol-version", "retry-after", "allow");

    private static final int SMALL_PIECE = 64 << 10;
    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";

    private sealed interface Body {
        /** Events, judged one by one. */
        record Events(EventStream stream) implements Body {}

        /** JSON that streams by, of the length that was announced. */
        record Watched(JsonWatch watch, @Nullable String length) implements Body {}

        /** JSON that is rewritten once it is whole. */
        record Held(ByteArrayOutputStream bytes) implements Body {}

        /** Nothing that concerns the agent. */
        record Discarded() implements Body {}
    }

    private final Exchange exchange;
    private final ServerMessages rules;
    private final boolean rewrite;
    private final Era era;
    private final @Nullable JsonRpcId replyTo;
    private final ServerConfig server;
    private final Endpoint endpoint;
    private final ServerRefusals refusals;
    private final CredentialWatch credentialWatch;

    private UpstreamConnections.@Nullable Exchange request;
    private @Nullable Body body;
    private @Nullable DefaultHttpResponse response;
    private int status;
    private boolean headSent;
    private boolean over;
    private int pendingHeld;
    private long discarded;

    Relay(
            Exchange exchange,
            ServerMessages rules,
            boolean rewrite,
            McpMessage message,
            ServerConfig server,
            Endpoint endpoint,
            @Nullable String sessionId,
            @Nullable String credential) {
        this.exchange = exchange;
        this.rules = rules;
        this.rewrite = rewrite;
        this.era = message.era();
        this.replyTo = message.replyTo();
        this.server = server;
        this.endpoint = endpoint;
        this.refusals = new ServerRefusals(exchange.upstream(), endpoint, sessionId, credential,
                exchange.agent().executor(), exchange.proxy().limits().bodyTimeout());
        this.credentialWatch = new CredentialWatch(credential);
    }

    void begin(UpstreamConnections connections, FullHttpRequest message) {
        request = connections.send(endpoint, message, this);
    }

    void read(boolean on) {
        if (request != null && !over) {
            request.read(on);
        }
    }

    void abort() {
        over = true;
        if (request != null) {
            request.abort();
        }
    }

    @Override
    public void head(HttpResponse upstream) {
        status = upstream.status().code();
        try {
            answer(AnswerHead.check(upstream));
        } catch (RefusedException refusal) {
            withhold(refusal);
        }
    }

    private void answer(AnswerHead answer) throws RefusedException {
        body = switch (answer.type()) {
            case EVENTS -> new Body.Events(new EventStream(
                    rules, exchange.proxy().limits().answerBytes(), refusals::send));
            case JSON -> rewrite
                    ? new Body.Held(new ByteArrayOutputStream(1024))
                    : new Body.Watched(new JsonWatch(rules), answer.length());
            default -> new Body.Discarded();
        };
        DefaultHttpResponse head = responseHead(answer.headers());
        if (!(body instanceof Body.Discarded)) {
            // In its plainest form: a charset or a second type would have the agent read other text than was judged.
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        }
        for (Map.Entry<String, String> field : head.headers()) {
            if (credentialWatch.isIn(field.getValue())) {
                throw RefusedException.badGateway("the tool server sends its credential back");
            }
        }
        response = head;
        if (body instanceof Body.Events) {
            // A stream's first event may be long in coming; that it is open, the agent learns at once.
            sendHead(null);
        }
    }

    private DefaultHttpResponse responseHead(HttpHeaders upstream) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        for (String name : FORWARDED) {
            if (upstream.contains(name)) {
                head.headers().set(name, upstream.getAll(name));
            }
        }
        String id = upstream.get(UpstreamRequest.SESSION_ID);
        if (id != null && era == Era.LEGACY) {
            head.headers().set(UpstreamRequest.SESSION_ID, exchange.proxy().sessionIds().seal(server.name(), id));
        }
        if (!exchange.keepAlive()) {
            head.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
        return head;
    }

    @Override
    public void pause() {
        exchange.agent().flush();
    }

    @Override
    public void content(byte[] bytes) {
        switch (body) {
            case Body.Events(EventStream stream) -> {
                try {
                    byte[] events = stream.feed(bytes);
                    if (holds(stream.pending())) {
                        send(events);
                    } else {
                        withhold(RefusedException.badGateway("too much is under way"));
                    }
                } catch (EventStream.EventTooLargeException e) {
                    withhold(RefusedException.badGateway("an event of the tool server is too large"));
                }
            }
            case Body.Watched(JsonWatch watch, _) -> {
                if (watch.accepts(bytes)) {
                    send(bytes);
                } else {
                    withhold(RefusedException.badGateway("the tool asks for something that this agent does not offer"));
                }
            }
            case Body.Held(ByteArrayOutputStream whole) -> {
                if (whole.size() + bytes.length > exchange.proxy().limits().answerBytes()
                        || !exchange.held().take(bytes.length)) {
                    withhold(RefusedException.badGateway("the tool server's answer is too large"));
                } else {
                    whole.writeBytes(bytes);
                }
            }
            case Body.Discarded _ -> {
                // Read on, so that the connection can be used again; but not for ever.
                discarded += bytes.length;
                if (discarded > exchange.proxy().limits().answerBytes()) {
                    withhold(RefusedException.badGateway("the tool server's answer is too large"));
                }
            }
            case null -> throw new IllegalStateException("content before head");
        }
    }

    /** Counts what an unfinished event holds back. */
    private boolean holds(int pending) {
        if (pending < pendingHeld) {
            exchange.held().giveBack(pendingHeld - pending);
        } else if (!exchange.held().take(pending - pendingHeld)) {
            return false;
        }
        pendingHeld = pending;
        return true;
    }

    @Override
    public void ended() {
        switch (body) {
            // A body that the end of its connection ends may have been cut, which shows only in itself.
            case Body.Watched(JsonWatch watch, _) when !watch.isWhole() ->
                failed(new IOException("the tool server's answer is cut short"));
            case Body.Events _,Body.Watched _ -> {
                sendHead(announced());
                byte[] rest = credentialWatch.end();
                if (rest.length > 0) {
                    write(rest);
                }
                finish(exchange.agent().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), Outcome.ANSWERED);
            }
            case Body.Held(ByteArrayOutputStream whole) -> {
                byte[] rewritten = rules.rewrite(whole.toByteArray());
                if (rewritten == null) {
                    withhold(RefusedException.badGateway("the tool server's answer is not JSON"));
                } else {
                    sendWhole(rewritten);
                }
            }
            case Body.Discarded _ -> sendWhole(new byte[0]);
            case null -> failed(new IllegalStateException("no answer"));
        }
    }

    @Override
    public void failed(Throwable cause) {
        if (over) {
            return;
        }
        LOG.atWarn().addKeyValue("server", server.name()).addKeyValue("error", cause.toString())
                .log("No whole answer from the tool server");
        stop(RefusedException.badGateway("the tool server cannot be reached"), Outcome.FAILED);
    }

    private void withhold(RefusedException refusal) {
        LOG.atWarn().addKeyValue("server", server.name()).addKeyValue("reason", refusal.getMessage())
                .log("The tool server's answer is withheld");
        if (headSent && body instanceof Body.Events && replyTo != null) {
            // Between two events. Without an answer a legacy client would come back for the rest, again and again.
            abort();
            write(EventStream.event(Answers.refused(replyTo, refusal, null)));
            finish(exchange.agent().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), Outcome.WITHHELD);
        } else {
            stop(refusal, Outcome.WITHHELD);
        }
    }

    // Once a part of the answer has gone out, only breaking it off keeps it from being taken for whole.
    private void stop(RefusedException refusal, Outcome outcome) {
        abort();
        if (headSent) {
            exchange.agent().flush();
            exchange.agent().close();
            exchange.finished(outcome, status);
        } else {
            Responses.json(
                    exchange.agent(), refusal.status(), Answers.refused(replyTo, refusal, null), exchange.keepAlive());
            exchange.finished(outcome, status);
        }
    }

    private @Nullable String announced() {
        return body instanceof Body.Watched(_, String length) ? length : null;
    }

    /** @param length of the body; null when it is sent in chunks */
    private void sendHead(@Nullable String length) {
        if (!headSent && response != null) {
            if (length != null) {
                response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
            } else {
                response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
            }
            headSent = true;
            exchange.agent().write(response);
        }
    }

    private void send(byte[] bytes) {
        byte[] safe = credentialWatch.feed(bytes);
        if (safe == null) {
            withhold(RefusedException.badGateway("the tool server sends its credential back"));
            return;
        }
        if (safe.length == 0) {
            return;
        }
        if (!sendPiece(announced(), safe)) {
            withhold(RefusedException.badGateway("too much is under way"));
            return;
        }
        if (!exchange.agent().channel().isWritable()) {
            read(false);
        }
    }

    private void sendWhole(byte[] bytes) {
        if (credentialWatch.feed(bytes) == null) {
            withhold(RefusedException.badGateway("the tool server sends its credential back"));
            return;
        }
        exchange.held().giveBack();
        if (!sendPiece(String.valueOf(bytes.length), bytes)) {
            withhold(RefusedException.badGateway("too much is under way"));
            return;
        }
        finish(exchange.agent().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), Outcome.ANSWERED);
    }

    /**
     * Sends a piece, after the head if that has not gone out. One that is large counts as held until the agent has read
     * it; small ones are bounded by the pace that it sets.
     *
     * @return false when too much is held already, and then nothing was sent
     */
    private boolean sendPiece(@Nullable String length, byte[] bytes) {
        if (bytes.length <= SMALL_PIECE) {
            sendHead(length);
            write(bytes);
            return true;
        }
        HeldBytes.Share unread = exchange.held().another();
        if (!unread.take(bytes.length)) {
            return false;
        }
        sendHead(length);
        write(bytes).addListener(_ -> unread.giveBack());
        return true;
    }

    private ChannelFuture write(byte[] bytes) {
        return exchange.agent().write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
    }

    private void finish(ChannelFuture written, Outcome outcome) {
        over = true;
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        exchange.finished(outcome, status);
    }
}
