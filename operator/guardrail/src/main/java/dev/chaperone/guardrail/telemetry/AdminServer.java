package dev.chaperone.guardrail.telemetry;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Health and metrics, for the kubelet and Prometheus: {@code /healthz} while the process serves, {@code /readyz} while
 * it decides, {@code /metrics}. Anyone who reaches the pod may read them, so they name no rule.
 */
public final class AdminServer implements AutoCloseable {
    // A connection gets so long for its one request and answer, and there are so many at a time: what comes from the pod's
    // network must not take the files that calls need.
    private static final int TIMEOUT_SECONDS = 10;
    private static final int MAX_CONNECTIONS = 32;
    private static final int MAX_REQUEST_BYTES = 4096;

    private final Metrics metrics;
    private final BooleanSupplier ready;
    private final AtomicInteger open = new AtomicInteger();
    private final Channel listening;

    private AdminServer(Metrics metrics, BooleanSupplier ready, EventLoopGroup loops, InetSocketAddress address)
            throws IOException {
        this.metrics = metrics;
        this.ready = ready;
        var binding = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (open.incrementAndGet() > MAX_CONNECTIONS) {
                            open.decrementAndGet();
                            channel.close();
                            return;
                        }
                        var deadline = channel.eventLoop().schedule(
                                () -> channel.close(), TIMEOUT_SECONDS, TimeUnit.SECONDS);
                        channel.closeFuture().addListener(_ -> {
                            deadline.cancel(false);
                            open.decrementAndGet();
                        });
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_REQUEST_BYTES),
                                        new Handler());
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException("cannot listen on " + address, binding.cause());
        }
        this.listening = binding.channel();
    }

    /** @param ready whether calls are decided now */
    public static AdminServer start(
            Metrics metrics, BooleanSupplier ready, EventLoopGroup loops, InetSocketAddress address)
            throws IOException {
        return new AdminServer(metrics, ready, loops, address);
    }

    private final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            DefaultFullHttpResponse response = request.method().equals(HttpMethod.GET)
                    ? get(request.uri())
                    : text(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET only\n");
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                    .set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private DefaultFullHttpResponse get(String path) {
        return switch (path) {
            case "/healthz" -> text(HttpResponseStatus.OK, "ok\n");
            case "/readyz" -> ready.getAsBoolean()
                    ? text(HttpResponseStatus.OK, "ok\n")
                    : text(HttpResponseStatus.SERVICE_UNAVAILABLE, "no config\n");
            case "/metrics" -> {
                var response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.OK,
                        Unpooled.wrappedBuffer(metrics.exposition()));
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
                yield response;
            }
            default -> text(HttpResponseStatus.NOT_FOUND, "not found\n");
        };
    }

    private static DefaultFullHttpResponse text(HttpResponseStatus status, String text) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        return response;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
    }
}
