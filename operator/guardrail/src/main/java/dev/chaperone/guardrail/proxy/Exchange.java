package dev.chaperone.guardrail.proxy;

import dev.chaperone.config.Capability;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Definitions;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.mcp.Answers;
import dev.chaperone.guardrail.mcp.EnvelopeReader;
import dev.chaperone.guardrail.mcp.Era;
import dev.chaperone.guardrail.mcp.JsonRpcId;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.spool.SpoolFullException;
import dev.chaperone.guardrail.telemetry.Evidence.Outcome;
import dev.chaperone.guardrail.telemetry.Evidence.Subject;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of the agent, from its last byte to the last byte of its answer. Decides, records, and only then
 * forwards. Everything here runs on one event loop, under the one engine that was current when the request was whole, or
 * when all was known that it waited for.
 */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final byte[] NO_BODY = {};

    private final ProxyContext proxy;
    private final ChannelHandlerContext agent;
    private final RequestHead head;
    private final UpstreamConnections upstream;
    private final HeldBytes.Share held;
    private final boolean keepAlive;
    private final Requests.UnderWay underWay;
    private final Runnable onDone;

    private @Nullable Engine engine;
    private DefinitionLook.@Nullable Result look;
    private @Nullable Relay relay;
    private @Nullable Subject forwarded;
    private long forwardedAt;
    private boolean done;

    Exchange(
            ProxyContext proxy,
            ChannelHandlerContext agent,
            RequestHead head,
            UpstreamConnections upstream,
            HeldBytes.Share held,
            boolean keepAlive,
            Requests.UnderWay underWay,
            Runnable onDone) {
        this.proxy = proxy;
        this.agent = agent;
        this.head = head;
        this.upstream = upstream;
        this.held = held;
        this.keepAlive = keepAlive;
        this.underWay = underWay;
        this.onDone = onDone;
        this.engine = proxy.config().current();
    }

    void start(byte[] body) {
        try {
            Target target = target();
            if (head.method().equals(HttpMethod.POST)) {
                post(target, body);
            } else {
                bare(required(target));
            }
        } catch (RefusedException refusal) {
            refuse(body, refusal);
        } catch (UncheckedIOException e) {
            boolean full = e.getCause() instanceof SpoolFullException;
            LOG.atError().addKeyValue("error", String.valueOf(e.getCause())).log("A decision could not be recorded");
            refuse(body, full
                    ? RefusedException.unavailable(DenialCode.NOT_READY, "the audit trail is full")
                    : RefusedException.unavailable(DenialCode.INTERNAL_ERROR, "the request could not be handled"));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError().addKeyValue("error", e.getClass().getName()).log("A request could not be handled");
            refuse(body, RefusedException.unavailable(DenialCode.INTERNAL_ERROR, "the request could not be handled"));
        }
    }

    private @Nullable Target target() {
        if (engine != null) {
            for (ServerConfig server : engine.config().servers()) {
                if (server.name().equals(head.server())) {
                    return new Target(proxy, head, server);
                }
            }
        }
        return null;
    }

    private Target required(@Nullable Target target) throws RefusedException {
        if (engine == null) {
            throw RefusedException.unavailable(DenialCode.NOT_READY,
                    "the guardrail has no config, or none that is known to be in force");
        }
        if (target == null) {
            throw RefusedException.unknownServer();
        }
        return target;
    }

    private void post(@Nullable Target target, byte[] body) throws RefusedException {
        Set<Capability> allowed = target == null ? EnumSet.allOf(Capability.class) : target.capabilities();
        McpMessage message = EnvelopeReader.read(head.view(), body, allowed);
        if (message instanceof McpMessage.ToolCallRequest call) {
            toolCall(target, call, body);
        } else {
            boolean rewrite = false;
            if (message instanceof McpMessage.OtherRequest request) {
                rewrite = request.answerIsRewritten();
                if (request.isOpenEnded()) {
                    underWay.end();
                }
            }
            forward(required(target), message, rewrite);
        }
    }

    /** A request without a body: the stream or the end of a legacy session. */
    private void bare(Target target) throws RefusedException {
        String version = head.view().single("mcp-protocol-version");
        if (version != null && Era.MODERN_VERSION.compareTo(version) <= 0) {
            throw RefusedException.http(405, "this protocol version knows POST only");
        }
        if (head.method().equals(HttpMethod.GET)) {
            underWay.end();
        }
        forward(target, new McpMessage.Notification(Era.LEGACY, head.method().name(), NO_BODY), false);
    }

    private void toolCall(@Nullable Target target, McpMessage.ToolCallRequest request, byte[] body)
            throws RefusedException {
        SessionState session = proxy.session().state();
        var call = new ToolCall(head.server(), request.tool(), request.arguments(), proxy.clock().instant());
        var subject = new Subject(
                CallIds.next(), session.id(), call.server(), call.tool(), call.argumentsDigest());
        if (engine == null) {
            proxy.evidence().refused(subject, DenialCode.NOT_READY, proxy.config().whyNone(), null);
            deny(request, subject, DenialCode.NOT_READY, List.of());
            return;
        }
        if (target != null && look == null && needsLook(engine, target.server(), session, call)) {
            look(target, request, body);
            return;
        }
        Definitions definitions = target == null ? Definitions.UNSEEN : proxy.sightings().of(target.server());
        long start = System.nanoTime();
        Decision decision = engine.decide(proxy.oversight().get(), session, call, definitions);
        long nanos = System.nanoTime() - start;
        if (decision.verdict() == Verdict.END_SESSION) {
            end();
        }
        // Before anything leaves: a call without its record must not run, and UncheckedIOException sees to that.
        proxy.evidence().decided(subject, decision, nanos);
        if (decision.code() != null) {
            refuseWhereSessionIsGone(request, decision.code());
            deny(request, subject, decision.code(), decision.messages());
            return;
        }
        forwarded = subject;
        forwardedAt = System.nanoTime();
        forward(required(target), request, false);
    }

    /** Whether the call would go on if its tool's definition were the pinned one, and it is not known whether it is. */
    private boolean needsLook(Engine current, ServerConfig server, SessionState session, ToolCall call) {
        String pinned = current.pinned(call.server(), call.tool());
        return pinned != null && proxy.sightings().needsLook(server, call.tool(), pinned)
                && current.decide(proxy.oversight().get(), session, call, Definitions.AS_PINNED).allowed();
    }

    private void look(Target target, McpMessage.ToolCallRequest request, byte[] body) throws RefusedException {
        upstream.looks().look(target.look(request), proxy.limits(), held.another(), proxy.metrics(), result -> {
            if (!done) {
                look = result;
                // As if it came now: what was in force before the look may not be any more.
                engine = proxy.config().current();
                start(body);
            }
        });
    }

    /** A client begins a new session when it hears that its old one is gone, and by nothing else. */
    private void refuseWhereSessionIsGone(McpMessage.ToolCallRequest request, DenialCode code)
            throws RefusedException {
        if (code == DenialCode.NOT_READY && request.era() == Era.LEGACY
                && look instanceof DefinitionLook.Result.Failed(_, int status)
                && (status == 404 || status == 400) && head.view().single(UpstreamRequest.SESSION_ID) != null) {
            throw RefusedException.http(status, "no such session");
        }
    }

    private void end() {
        try {
            proxy.session().end();
        } catch (IOException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("The end of the session is not on disk");
        }
    }

    private void deny(McpMessage.ToolCallRequest request, Subject subject, DenialCode code, List<String> messages) {
        Responses.json(
                agent, 200, Answers.denied(request.era(), request.id(), code, subject.call(), messages), keepAlive);
        finish();
    }

    private void forward(Target target, McpMessage message, boolean rewrite) throws RefusedException {
        String sessionId = target.sessionId(message.era());
        String credential = target.credential();
        Endpoint endpoint = target.endpoint();
        Relay started = new Relay(this, target.rules(Objects.requireNonNull(engine), message), rewrite, message,
                target.server(), endpoint, sessionId, credential);
        relay = started;
        started.begin(upstream, UpstreamRequest.of(
                endpoint, head.method(), message.era(), head.headers(), message.body(), sessionId, credential));
    }

    private void refuse(byte[] body, RefusedException refusal) {
        JsonRpcId id = body.length == 0 ? null : EnvelopeReader.replyTo(body);
        if (forwarded != null) {
            record(Outcome.FAILED, 0);
        }
        Responses.refuse(agent, proxy, head.server(), id, refusal, keepAlive);
        finish();
    }

    // What the relay of the answer needs.

    ChannelHandlerContext agent() {
        return agent;
    }

    ProxyContext proxy() {
        return proxy;
    }

    HeldBytes.Share held() {
        return held;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    UpstreamConnections upstream() {
        return upstream;
    }

    boolean isToolCall() {
        return forwarded != null;
    }

    /** The answer is over. */
    void finished(Outcome outcome, int status) {
        record(outcome, status);
        finish();
    }

    private void record(Outcome outcome, int status) {
        Subject subject = forwarded;
        forwarded = null;
        if (subject == null) {
            return;
        }
        try {
            proxy.evidence().ended(subject, outcome, status, System.nanoTime() - forwardedAt);
        } catch (UncheckedIOException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("An outcome could not be recorded");
        }
    }

    private void finish() {
        if (!done) {
            done = true;
            underWay.end();
            onDone.run();
        }
    }

    void agentReads(boolean on) {
        if (relay != null) {
            relay.read(on);
        }
    }

    /** The agent closed its connection. What that means to a call is for the tool server to know, by its era. */
    void agentGone() {
        if (done) {
            return;
        }
        if (relay != null) {
            relay.abort();
            finished(Outcome.ABANDONED, 0);
        } else {
            // While its tool was looked at. It was not forwarded, and now never is.
            finish();
        }
    }
}
