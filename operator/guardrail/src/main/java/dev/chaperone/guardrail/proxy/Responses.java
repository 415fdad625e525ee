package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.Answers;
import dev.chaperone.guardrail.mcp.JsonRpcId;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.telemetry.Evidence.Subject;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.UncheckedIOException;

import org.jspecify.annotations.Nullable;

/** Answers that the guardrail gives itself. */
final class Responses {
    private Responses() {}

    /** Answers with JSON. */
    static ChannelFuture json(ChannelHandlerContext context, int status, byte[] body, boolean keepAlive) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (status == 405) {
            response.headers().set(HttpHeaderNames.ALLOW, "POST, GET, DELETE");
        }
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
        return context.writeAndFlush(response);
    }

    /** Records a refusal and answers with it. */
    static ChannelFuture refuse(
            ChannelHandlerContext context,
            ProxyContext proxy,
            @Nullable String server,
            @Nullable JsonRpcId id,
            RefusedException refusal,
            boolean keepAlive) {
        String call = CallIds.next();
        var engine = proxy.config().current();
        try {
            proxy.evidence().refused(
                    new Subject(call, proxy.session().state().id(), server, null, null),
                    refusal.code(),
                    String.valueOf(refusal.getMessage()),
                    engine == null ? null : engine.config().revision());
        } catch (UncheckedIOException e) {
            // It is refused all the same; the failure is counted.
        }
        return json(context, refusal.status(), Answers.refused(id, refusal, call), keepAlive);
    }
}
