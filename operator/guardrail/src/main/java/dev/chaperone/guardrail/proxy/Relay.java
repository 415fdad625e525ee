package dev.chaperone.guardrail.proxy;

import dev.chaperone.config.ServerConfig;
import dev.chaperone.guardrail.mcp.Answers;
import dev.chaperone.guardrail.mcp.Era;
import dev.chaperone.guardrail.mcp.EventStream;
import dev.chaperone.guardrail.mcp.JsonRpcId;
import dev.chaperone.guardrail.mcp.JsonWatch;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.mcp.ServerMessages;
import dev.chaperone.guardrail.telemetry.Evidence.Outcome;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
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

    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";

    private sealed interface Body {
        /** Events, judged one by one. */
        record Events(EventStream stream) implements Body {}

        /** JSON that streams by. */
        record Watched(JsonWatch watch) implements Body {}

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
    private final AnswerWriter writer;

    private UpstreamConnections.@Nullable Exchange request;
    private @Nullable Body body;
    private int status;
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
        this.writer = new AnswerWriter(exchange.agent(), exchange.held(), credential);
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
                    : new Body.Watched(new JsonWatch(rules));
            default -> new Body.Discarded();
        };
        DefaultHttpResponse head = responseHead(answer.headers());
        if (!(body instanceof Body.Discarded)) {
            // In its plainest form: a charset or a second type would have the agent read other text than was judged.
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
        }
        writer.head(head, body instanceof Body.Watched ? answer.length() : null);
        if (body instanceof Body.Events) {
            // A stream's first event may be long in coming; that it is open, the agent learns at once.
            writer.begin();
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
        writer.flush();
    }

    @Override
    public void content(byte[] bytes) {
        try {
            relay(bytes);
        } catch (RefusedException refusal) {
            withhold(refusal);
        }
    }

    private void relay(byte[] bytes) throws RefusedException {
        switch (body) {
            case Body.Events(EventStream stream) -> {
                byte[] events = judged(stream, bytes);
                hold(stream.pending());
                send(events);
            }
            case Body.Watched(JsonWatch watch) -> {
                if (!watch.accepts(bytes)) {
                    throw RefusedException.badGateway("the tool asks for something that this agent does not offer");
                }
                send(bytes);
            }
            case Body.Held(ByteArrayOutputStream whole) -> {
                if (whole.size() + bytes.length > exchange.proxy().limits().answerBytes()
                        || !exchange.held().take(bytes.length)) {
                    throw tooLarge();
                }
                whole.writeBytes(bytes);
            }
            case Body.Discarded _ -> {
                // Read on, so that the connection can be used again; but not for ever.
                discarded += bytes.length;
                if (discarded > exchange.proxy().limits().answerBytes()) {
                    throw tooLarge();
                }
            }
            case null -> throw new IllegalStateException("content before head");
        }
    }

    private static byte[] judged(EventStream stream, byte[] bytes) throws RefusedException {
        try {
            return stream.feed(bytes);
        } catch (EventStream.EventTooLargeException e) {
            throw RefusedException.badGateway("an event of the tool server is too large");
        }
    }

    /** Counts what an unfinished event holds back. */
    private void hold(int pending) throws RefusedException {
        if (pending < pendingHeld) {
            exchange.held().giveBack(pendingHeld - pending);
        } else if (!exchange.held().take(pending - pendingHeld)) {
            throw RefusedException.badGateway("too much is under way");
        }
        pendingHeld = pending;
    }

    private void send(byte[] bytes) throws RefusedException {
        if (!writer.send(bytes)) {
            read(false);
        }
    }

    @Override
    public void ended() {
        try {
            end();
        } catch (RefusedException refusal) {
            withhold(refusal);
        }
    }

    private void end() throws RefusedException {
        switch (body) {
            // A body that the end of its connection ends may have been cut, which shows only in itself.
            case Body.Watched(JsonWatch watch) when !watch.isWhole() ->
                failed(new IOException("the tool server's answer is cut short"));
            case Body.Events _,Body.Watched _ -> finish(writer.end(), Outcome.ANSWERED);
            case Body.Held(ByteArrayOutputStream whole) -> {
                byte[] rewritten = rules.rewrite(whole.toByteArray());
                if (rewritten == null) {
                    throw RefusedException.badGateway("the tool server's answer is not JSON");
                }
                finish(writer.endWith(rewritten), Outcome.ANSWERED);
            }
            case Body.Discarded _ -> finish(writer.endWith(new byte[0]), Outcome.ANSWERED);
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
        if (writer.hasBegun() && body instanceof Body.Events && replyTo != null) {
            // Between two events. Without an answer a legacy client would come back for the rest, again and again.
            abort();
            finish(writer.endWithEvent(EventStream.event(Answers.refused(replyTo, refusal, null))), Outcome.WITHHELD);
        } else {
            stop(refusal, Outcome.WITHHELD);
        }
    }

    private void stop(RefusedException refusal, Outcome outcome) {
        abort();
        if (writer.hasBegun()) {
            writer.breakOff();
        } else {
            Responses.json(
                    exchange.agent(), refusal.status(), Answers.refused(replyTo, refusal, null), exchange.keepAlive());
        }
        exchange.finished(outcome, status);
    }

    private void finish(ChannelFuture written, Outcome outcome) {
        over = true;
        written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        exchange.finished(outcome, status);
    }

    private static RefusedException tooLarge() {
        return RefusedException.badGateway("the tool server's answer is too large");
    }
}
