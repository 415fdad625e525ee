package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tool server on a bare socket that believes everything it is sent, records it, and answers as the test tells it to.
 * It answers for every server name at the path of that name.
 */
final class ToolServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Writes an answer, whole or not, HTTP or not. */
    interface Behaviour {
        void answer(Exchange exchange) throws Exception;
    }

    private final ServerSocket listening;
    private final List<RawHttp.Message> received = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private volatile Behaviour behaviour = ToolServer::sensible;
    private volatile boolean remembers = true;
    private volatile Witness witness;

    ToolServer() throws IOException {
        listening = new ServerSocket();
        listening.setReceiveBufferSize(64 << 10);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void witnessedBy(Witness someone) {
        witness = someone;
    }

    void answers(Behaviour other) {
        behaviour = other;
    }

    /** From now on answers everything with these bytes. */
    void answersBytes(String latin1) {
        behaviour = exchange -> exchange.write(latin1);
    }

    /** Keeps no requests, for tests that send very many. */
    void forgets() {
        remembers = false;
    }

    /** Begins a new test. */
    void reset() {
        received.clear();
        mostOpen.set(0);
        behaviour = ToolServer::sensible;
        remembers = true;
    }

    List<RawHttp.Message> received() {
        return received;
    }

    int openConnections() {
        return open.size();
    }

    int mostOpenConnections() {
        return mostOpen.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                open.add(socket);
                mostOpen.accumulateAndGet(open.size(), Math::max);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (RawHttp.Message request = RawHttp.request(in); request != null; request = RawHttp.request(in)) {
                if (remembers) {
                    received.add(request);
                }
                execute(request);
                behaviour.answer(new Exchange(request, socket));
            }
        } catch (Exception e) {
            // A connection that breaks is business as usual here.
        } finally {
            open.remove(socket);
        }
    }

    private void execute(RawHttp.Message request) {
        Witness watching = witness;
        if (watching != null) {
            String server = request.target().substring(request.target().lastIndexOf('/') + 1);
            SloppyReader.calls(request)
                    .forEach(call -> watching.executes(new Witness.Call(server, call.tool(), call.argumentsDigest())));
        }
    }

    /** What a proper server would answer, in plain JSON. */
    static void sensible(Exchange exchange) throws IOException {
        String method = exchange.method();
        switch (method) {
            case "" -> exchange.empty(exchange.request().start().startsWith("GET") ? 405 : 200);
            case "initialize" -> exchange.json(200, "Mcp-Session-Id: upstream-session-1\r\n", exchange.result(
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                            + "\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
            case "tools/call" -> exchange.json(200, "", exchange.result(
                    "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}"));
            default -> {
                if (method.startsWith("notifications/")) {
                    exchange.empty(202);
                } else {
                    exchange.json(200, "", exchange.result("{}"));
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        InetSocketAddress address = (InetSocketAddress) listening.getLocalSocketAddress();
        listening.close();
        awaitRefusal(address);
        for (Socket socket : open) {
            socket.close();
        }
    }

    // The thread that accepts may be about to take one more connection.
    private static void awaitRefusal(InetSocketAddress address) {
        for (int i = 0; i < 1000; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(address);
                Thread.sleep(2);
            } catch (IOException e) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** One request and the way back. */
    record Exchange(RawHttp.Message request, Socket socket) {
        OutputStream out() throws IOException {
            return socket.getOutputStream();
        }

        Exchange write(String latin1) throws IOException {
            return write(latin1.getBytes(StandardCharsets.ISO_8859_1));
        }

        Exchange write(byte[] bytes) throws IOException {
            out().write(bytes);
            return this;
        }

        /** Writes one chunk of a chunked answer. */
        Exchange chunk(String utf8) throws IOException {
            byte[] bytes = utf8.getBytes(StandardCharsets.UTF_8);
            write(Integer.toHexString(bytes.length) + "\r\n").write(bytes).write("\r\n");
            return this;
        }

        /** @param head further header lines */
        Exchange json(int status, String head, String body) throws IOException {
            return whole(status, "application/json", head, body);
        }

        Exchange whole(int status, String type, String head, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            write("HTTP/1.1 " + status + " X\r\nContent-Type: " + type + "\r\n" + head + "Content-Length: "
                    + bytes.length + "\r\n\r\n");
            return write(bytes);
        }

        Exchange empty(int status) throws IOException {
            return write("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n");
        }

        /** The head of a stream of events in chunks. */
        Exchange stream() throws IOException {
            return write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        /** A whole stream of events. */
        Exchange stream(String events) throws IOException {
            return stream().chunk(events).end();
        }

        Exchange end() throws IOException {
            return write("0\r\n\r\n");
        }

        /** The response that carries this result. */
        String result(String result) throws IOException {
            return "{\"jsonrpc\":\"2.0\",\"id\":" + id() + ",\"result\":" + result + "}";
        }

        String method() throws IOException {
            return json().path("method").asText();
        }

        String id() throws IOException {
            JsonNode id = json().path("id");
            return id.isMissingNode() ? "null" : id.toString();
        }

        private JsonNode json() throws IOException {
            return request.body().length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(request.body());
        }
    }
}
