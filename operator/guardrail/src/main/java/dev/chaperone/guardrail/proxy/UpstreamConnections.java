package dev.chaperone.guardrail.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to tool servers, kept for reuse, for one event loop: the agent's connection and the tool server's are
 * served by the same thread, so an exchange needs no locks.
 */
final class UpstreamConnections {
    // Shorter than the keep-alive of common servers (5 s in Node.js): a call is not repeated when a reused connection
    // turns out to be closed, so it had better not be.
    private static final Duration KEEP = Duration.ofSeconds(2);
    private static final Duration SWEEP = Duration.ofMillis(500);
    private static final int KEPT_PER_ENDPOINT = 32;

    private final EventLoop loop;
    private final Duration connectTimeout;
    private final Supplier<SslContext> tls;
    private final Map<Endpoint, Deque<Connection>> idle = new HashMap<>();
    private final DefinitionLooks looks;
    private boolean sweeping;

    UpstreamConnections(EventLoop loop, Duration connectTimeout, Supplier<SslContext> tls) {
        this.loop = loop;
        this.connectTimeout = connectTimeout;
        this.tls = tls;
        this.looks = new DefinitionLooks(loop, this);
    }

    /** The looks at the tool servers that are made over these connections. */
    DefinitionLooks looks() {
        return looks;
    }

    /** One request to a tool server. */
    interface Exchange {
        /** Whether more of the answer is read now. */
        void read(boolean on);

        /** Gives the answer up; the listener hears nothing more. */
        void abort();
    }

    /** Sends a request, over a kept connection if there is one. Called on the event loop. */
    Exchange send(Endpoint endpoint, FullHttpRequest request, UpstreamListener listener) {
        Deque<Connection> kept = idle.computeIfAbsent(endpoint, _ -> new ArrayDeque<>());
        for (Connection connection = kept.pollLast(); connection != null; connection = kept.pollLast()) {
            if (connection.channel != null && connection.channel.isActive()) {
                connection.begin(request, listener);
                return connection;
            }
        }
        Connection connection = new Connection(endpoint);
        connection.open(request, listener);
        return connection;
    }

    // One timer for all connections: one for each use would stand around by the thousand.
    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        long now = System.nanoTime();
        List<Connection> stale = new ArrayList<>();
        boolean more = false;
        for (Deque<Connection> kept : idle.values()) {
            for (Connection connection : kept) {
                boolean tooLong = now - connection.idleSince >= KEEP.toNanos();
                more |= !tooLong;
                if (tooLong) {
                    stale.add(connection);
                }
            }
        }
        stale.forEach(Connection::abort);
        if (more) {
            sweepLater();
        }
    }

    private final class Connection extends SimpleChannelInboundHandler<HttpObject> implements Exchange {
        private final Endpoint endpoint;
        private @Nullable Channel channel;
        private @Nullable UpstreamListener listener;
        private boolean keepAlive;
        private boolean informational;
        private long idleSince;

        Connection(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        void open(FullHttpRequest request, UpstreamListener forListener) {
            listener = forListener;
            if (NetUtil.createByteArrayFromIpAddressString(endpoint.host()) != null) {
                connect(new InetSocketAddress(endpoint.host(), endpoint.port()), request, forListener);
            } else {
                // The resolver of the platform blocks, which an event loop must not.
                Thread.ofVirtual().name("resolve").start(() -> {
                    var resolved = new InetSocketAddress(endpoint.host(), endpoint.port());
                    loop.execute(() -> connect(resolved, request, forListener));
                });
            }
        }

        private void connect(InetSocketAddress address, FullHttpRequest request, UpstreamListener forListener) {
            if (listener == null || address.isUnresolved()) {
                request.release();
                fail(new UnknownHostException(endpoint.host()));
                return;
            }
            var opening = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel socket) {
                            if (endpoint.tls()) {
                                socket.pipeline()
                                        .addLast(
                                                tls.get().newHandler(socket.alloc(), endpoint.host(), endpoint.port()));
                            }
                            socket.pipeline().addLast(new HttpClientCodec(), Connection.this);
                        }
                    })
                    .connect(address);
            channel = opening.channel();
            opening.addListener(done -> {
                if (!done.isSuccess()) {
                    request.release();
                    fail(done.cause());
                } else if (listener == null) {
                    request.release();
                    opening.channel().close();
                } else {
                    begin(request, forListener);
                }
            });
        }

        void begin(FullHttpRequest request, UpstreamListener forListener) {
            listener = forListener;
            Channel open = Objects.requireNonNull(channel);
            open.config().setAutoRead(true);
            open.writeAndFlush(request).addListener(done -> {
                if (!done.isSuccess()) {
                    fail(done.cause());
                    open.close();
                }
            });
        }

        @Override
        public void read(boolean on) {
            if (channel != null) {
                channel.config().setAutoRead(on);
            }
        }

        @Override
        public void abort() {
            listener = null;
            if (channel != null) {
                channel.close();
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            UpstreamListener current = listener;
            if (current == null || message.decoderResult().isFailure()) {
                fail(new IOException("not an HTTP answer"));
                context.close();
                return;
            }
            if (message instanceof HttpResponse response) {
                if (response.status().codeClass().equals(HttpStatusClass.INFORMATIONAL)) {
                    // 100 and 103 say nothing to the agent; there is no switching of protocols.
                    if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                        fail(new IOException("the tool server switches protocols"));
                        context.close();
                    }
                    informational = true;
                    return;
                }
                keepAlive = HttpUtil.isKeepAlive(response);
                current.head(response);
            }
            if (informational) {
                // Its end is not the end of the answer.
                informational = !(message instanceof LastHttpContent);
            } else if (message instanceof HttpContent content) {
                if (listener != null && content.content().isReadable()) {
                    current.content(ByteBufUtil.getBytes(content.content()));
                }
                if (content instanceof LastHttpContent && listener != null) {
                    listener = null;
                    keep(context.channel());
                    current.ended();
                }
            }
        }

        private void keep(Channel open) {
            Deque<Connection> kept = idle.computeIfAbsent(endpoint, _ -> new ArrayDeque<>());
            if (!keepAlive || kept.size() >= KEPT_PER_ENDPOINT) {
                open.close();
                return;
            }
            open.config().setAutoRead(true);
            kept.addLast(this);
            idleSince = System.nanoTime();
            sweepLater();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (listener != null) {
                listener.pause();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            Deque<Connection> kept = idle.get(endpoint);
            if (kept != null && kept.remove(this) && kept.isEmpty()) {
                idle.remove(endpoint);
            }
            fail(new IOException("the tool server closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            context.close();
        }

        private void fail(Throwable cause) {
            UpstreamListener current = listener;
            listener = null;
            if (current != null) {
                current.failed(cause);
            }
        }
    }
}
