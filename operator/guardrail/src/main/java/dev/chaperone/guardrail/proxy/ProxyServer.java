package dev.chaperone.guardrail.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens for the agent. */
public final class ProxyServer implements AutoCloseable {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 << 10, 64 << 10);
    private static final int LINE_BYTES = 4 << 10;
    private static final int HEADER_BYTES = 16 << 10;
    private static final int CHUNK_BYTES = 16 << 10;

    private final ProxyContext proxy;
    private final Requests requests = new Requests();
    private final HeldBytes held;
    private final ClientTls tls = new ClientTls();
    private final AtomicInteger open = new AtomicInteger();
    private final Set<AgentConnection> connections = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<EventLoop, UpstreamConnections> upstream = new ConcurrentHashMap<>();
    private final Channel listening;

    private ProxyServer(ProxyContext proxy, EventLoopGroup loops, InetSocketAddress address) throws IOException {
        this.proxy = proxy;
        this.held = new HeldBytes(proxy.limits().heldBytes());
        proxy.metrics().observeHeldBytes(held::total);
        var binding = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 256)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        init(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException("cannot listen on " + address, binding.cause());
        }
        this.listening = binding.channel();
    }

    /** Starts to listen. */
    public static ProxyServer start(ProxyContext proxy, EventLoopGroup loops, InetSocketAddress address)
            throws IOException {
        return new ProxyServer(proxy, loops, address);
    }

    private void init(SocketChannel channel) {
        if (open.incrementAndGet() > proxy.limits().connections() || requests.draining()) {
            open.decrementAndGet();
            channel.close();
            return;
        }
        proxy.metrics().connected(1);
        UpstreamConnections reachable = upstream.computeIfAbsent(
                channel.eventLoop(),
                loop -> new UpstreamConnections(loop, proxy.limits().connectTimeout(), tls));
        var connection = new AgentConnection(channel, proxy, held, requests, reachable);
        connections.add(connection);
        channel.closeFuture().addListener(_ -> {
            connections.remove(connection);
            open.decrementAndGet();
            proxy.metrics().connected(-1);
        });
        var decoding = new HttpDecoderConfig()
                .setMaxInitialLineLength(LINE_BYTES)
                .setMaxHeaderSize(HEADER_BYTES)
                .setMaxChunkSize(CHUNK_BYTES)
                .setAllowDuplicateContentLengths(false);
        channel.pipeline()
                .addLast(
                        new StrictRequestDecoder(decoding),
                        new HttpResponseEncoder(),
                        connection,
                        new LastResort());
    }

    private static final class LastResort extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Takes no more connections and lets what is under way end, within the drain timeout. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        requests.takeNoMore();
        connections.forEach(AgentConnection::closeWhenIdle);
        try {
            requests.drain(proxy.limits().drainTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
