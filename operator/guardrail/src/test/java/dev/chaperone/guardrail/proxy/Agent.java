package dev.chaperone.guardrail.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** An agent that sends whatever bytes it likes over one connection. */
final class Agent implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    Agent(InetSocketAddress guardrail) throws IOException {
        this(guardrail, 0);
    }

    /** @param receiveBuffer bytes the kernel takes in for an agent that does not read; 0 for the default */
    Agent(InetSocketAddress guardrail, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(guardrail);
        in = new BufferedInputStream(socket.getInputStream());
    }

    Agent send(Request request) throws IOException {
        return send(request.bytes());
    }

    Agent send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    Agent send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends as much as is taken: the guardrail may close halfway, which is an answer too. */
    Agent sendWhatIsTaken(byte[] bytes) {
        try {
            send(bytes);
        } catch (IOException e) {
            // What it answered is looked at by the test.
        }
        return this;
    }

    /** The next response; null when the connection is closed instead. */
    RawHttp.Message receive() throws IOException {
        return RawHttp.response(in);
    }

    /** The head of the next response, its body left to {@link #in}. */
    RawHttp.Message receiveHead() throws IOException {
        return RawHttp.head(in);
    }

    InputStream in() {
        return in;
    }

    RawHttp.Message exchange(Request request) throws IOException {
        return send(request).receive();
    }

    /** How many bytes of answers have come. */
    int available() {
        try {
            return in.available();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Waits until the guardrail closes, and says whether nothing came before that. */
    boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
