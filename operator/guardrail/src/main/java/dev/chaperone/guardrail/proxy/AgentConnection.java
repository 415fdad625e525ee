package dev.chaperone.guardrail.proxy;

import dev.chaperone.config.DenialCode;
import dev.chaperone.guardrail.mcp.RefusedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the agent: reads a request whole, within its limits of size and time, and hands it to an
 * {@link Exchange}; then the next.
 */
final class AgentConnection extends SimpleChannelInboundHandler<HttpObject> {
    private static final int FIRST_BUFFER = 1024;

    private enum Phase {
        /** Between requests. */
        IDLE,
        /** A request's body is being read. */
        BODY,
        /** A request is being answered. */
        ANSWERING,
        /** The connection closes once what was written has left. */
        CLOSING
    }

    private final Channel channel;
    private final ProxyContext proxy;
    private final HeldBytes held;
    private final Requests requests;
    private final UpstreamConnections upstream;
    private final Deadline deadline;

    private Phase phase = Phase.IDLE;
    private @Nullable RequestHead head;
    private boolean keepAlive;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private HeldBytes.Share share;
    private @Nullable Exchange exchange;

    /** @param channel the connection, which closes when its peer lets it wait too long */
    AgentConnection(
            Channel channel, ProxyContext proxy, HeldBytes held, Requests requests, UpstreamConnections upstream) {
        this.channel = channel;
        this.deadline = new Deadline(channel.eventLoop(), channel::close);
        this.proxy = proxy;
        this.held = held;
        this.requests = requests;
        this.upstream = upstream;
        this.share = held.share();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // The first request has to come sooner than a later one: an idle connection has earned nothing yet.
        deadline.in(proxy.limits().headTimeout());
        context.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        switch (phase) {
            case CLOSING -> {
                // Whatever still comes belongs to a request that is answered already.
            }
            case ANSWERING -> {
                if (message instanceof HttpRequest) {
                    // A request before the answer to the last one: no client of MCP does this.
                    context.close();
                }
            }
            case IDLE, BODY -> {
                try {
                    read(context, message);
                } catch (RefusedException refusal) {
                    refuse(context, refusal);
                }
            }
        }
    }

    private void read(ChannelHandlerContext context, HttpObject message) throws RefusedException {
        if (message.decoderResult().isFailure()) {
            throw RefusedException.invalid("not an HTTP request");
        }
        if (message instanceof HttpRequest request) {
            head = RequestHead.check(request, proxy.hosts(), proxy.limits().bodyBytes());
            keepAlive = HttpUtil.isKeepAlive(request) && !requests.draining();
            // Announced is not sent: memory is taken for what has come, and counted.
            body = new ByteArrayOutputStream(FIRST_BUFFER);
            share = held.share();
            phase = Phase.BODY;
            deadline.in(proxy.limits().bodyTimeout());
            if (HttpUtil.is100ContinueExpected(request)) {
                context.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            }
        }
        if (message instanceof HttpContent content && phase == Phase.BODY) {
            append(content.content());
            if (content instanceof LastHttpContent) {
                answer(context);
            }
        }
    }

    private void append(ByteBuf bytes) throws RefusedException {
        int length = bytes.readableBytes();
        if (body.size() + length > proxy.limits().bodyBytes()) {
            throw RefusedException.http(413, "the body is too large");
        }
        if (!share.take(length)) {
            throw RefusedException.unavailable(DenialCode.NOT_READY, "too much is under way");
        }
        byte[] copy = new byte[length];
        bytes.readBytes(copy);
        body.writeBytes(copy);
    }

    private void answer(ChannelHandlerContext context) {
        deadline.off();
        phase = Phase.ANSWERING;
        byte[] bytes = body.toByteArray();
        body = new ByteArrayOutputStream(0);
        exchange = new Exchange(proxy, context, Objects.requireNonNull(head), upstream, share, keepAlive,
                requests.begin(), () -> answered(context));
        exchange.start(bytes);
    }

    private void answered(ChannelHandlerContext context) {
        exchange = null;
        head = null;
        share.giveBack();
        // Who has not read the last answer asks no further.
        context.channel().config().setAutoRead(context.channel().isWritable());
        if (keepAlive && context.channel().isActive() && !requests.draining()) {
            phase = Phase.IDLE;
            deadline.in(proxy.limits().idleTimeout());
        } else {
            phase = Phase.CLOSING;
            deadline.in(proxy.limits().headTimeout());
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> context.close());
        }
    }

    private void refuse(ChannelHandlerContext context, RefusedException refusal) {
        phase = Phase.CLOSING;
        // An agent that does not read its refusal, or sends on and on, does not keep its connection either.
        deadline.in(proxy.limits().headTimeout());
        share.giveBack();
        // The rest of the request may be on its way: closed before it has come, the connection would be reset, and the
        // agent might never read why it was refused (RFC 9112, section 9.6).
        Responses.refuse(context, proxy, head == null ? null : head.server(), null, refusal, false)
                .addListener(_ -> ((DuplexChannel) context.channel()).shutdownOutput());
    }

    /** Closes the connection unless a request is under way on it, which closes it when it is answered. */
    void closeWhenIdle() {
        channel.eventLoop().execute(() -> {
            if (phase == Phase.IDLE) {
                channel.close();
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.end();
        share.giveBack();
        if (exchange != null) {
            exchange.agentGone();
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        boolean reads = context.channel().isWritable();
        if (exchange != null) {
            exchange.agentReads(reads);
        }
        // Who reads no answers asks no further; while a call is under way, its end has to be heard of all the same.
        context.channel().config().setAutoRead(reads || exchange != null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
