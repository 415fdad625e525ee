package dev.chaperone.guardrail.config;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;

/**
 * A connection to the operator, for one request after another. It blocks its thread, but never for longer than a moment
 * without looking whether the answer is still wanted.
 */
final class ChannelConnection implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration GLANCE = Duration.ofMillis(250);

    private final Socket plain;
    private final Duration answerTimeout;
    private final BooleanSupplier unwanted;
    private final SSLSocket secure;
    private final InputStream in;
    private long deadline;

    private ChannelConnection(
            Socket plain, ChannelTls tls, String host, int port, Duration answerTimeout, BooleanSupplier unwanted)
            throws IOException {
        this.plain = plain;
        this.answerTimeout = answerTimeout;
        this.unwanted = unwanted;
        this.secure = tls.over(plain, host, port);
        this.in = new BufferedInputStream(new Patient(secure.getInputStream()));
    }

    /**
     * Connects.
     *
     * @param answerTimeout how long one answer may take, to its last byte
     * @param unwanted whether waiting has lost its point
     */
    static ChannelConnection open(
            ChannelTls tls, String host, int port, Duration answerTimeout, BooleanSupplier unwanted)
            throws IOException {
        Socket plain = new Socket(Proxy.NO_PROXY);
        try {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new UnknownHostException(host);
            }
            plain.setTcpNoDelay(true);
            plain.connect(address, (int) CONNECT_TIMEOUT.toMillis());
            var connection = new ChannelConnection(plain, tls, host, port, answerTimeout, unwanted);
            connection.secure.setSoTimeout((int) answerTimeout.toMillis());
            connection.secure.startHandshake();
            return connection;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** Sends a request and reads the answer. After an exception the connection is of no more use. */
    ChannelAnswer exchange(byte[] request, int limit) throws IOException {
        deadline = System.nanoTime() + answerTimeout.toNanos();
        secure.getOutputStream().write(request);
        return ChannelAnswer.read(in, limit);
    }

    @Override
    public void close() {
        try {
            // Not the secure one, which might wait for its peer.
            plain.close();
        } catch (IOException e) {
            // It is closed as well as it can be.
        }
    }

    /** Reads in turns that are short, until the time is up for the whole answer. */
    private final class Patient extends InputStream {
        private final InputStream from;

        Patient(InputStream from) {
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            while (true) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (left <= 0) {
                    throw new SocketTimeoutException("no whole answer in time");
                }
                if (unwanted.getAsBoolean()) {
                    throw new InterruptedIOException("the answer is not waited for any longer");
                }
                secure.setSoTimeout((int) Math.min(left, GLANCE.toMillis()));
                try {
                    return from.read(bytes, offset, length);
                } catch (SocketTimeoutException e) {
                    // Time for a glance.
                }
            }
        }
    }
}
