package dev.chaperone.guardrail.config;

import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Asks the operator, over one connection that is kept. Used by one thread. */
final class ChannelClient implements AutoCloseable {
    private static final int HTTPS = 443;
    private static final int OK = 200;
    private static final byte[] NO_BODY = {};
    // A bundle takes several times its bytes until it is loaded, and the one in force stays loaded until then.
    private static final int HEAP_PER_BUNDLE = 6;

    private final String host;
    private final int port;
    private final ChannelTls tls;
    private final Path tokenFile;
    private final Duration answerTimeout;
    private final BooleanSupplier unwanted;
    private @Nullable ChannelConnection connection;

    /** An answer other than the one that was asked for. */
    static final class StatusException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;

        StatusException(String path, int status) {
            super("the operator answers " + status + " to " + path);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * @param url {@code https}, a host and perhaps a port
     * @param tokenFile the token that says who asks; it is read for each request, because it is replaced now and then
     * @param unwanted whether waiting for an answer has lost its point
     * @throws IllegalArgumentException for another kind of URL
     */
    ChannelClient(URI url, ChannelTls tls, Path tokenFile, Duration answerTimeout, BooleanSupplier unwanted) {
        String path = url.getRawPath();
        if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null || url.getRawUserInfo() != null
                || url.getRawQuery() != null || url.getRawFragment() != null
                || (path != null && !path.isEmpty() && !path.equals("/"))) {
            throw new IllegalArgumentException("not https://host or https://host:port: " + url);
        }
        this.host = url.getHost();
        this.port = url.getPort() < 0 ? HTTPS : url.getPort();
        this.tls = tls;
        this.tokenFile = tokenFile;
        this.answerTimeout = answerTimeout;
        this.unwanted = unwanted;
    }

    SyncAnswer sync(SyncRequest request) throws IOException, MessageException {
        return SyncAnswer.read(
                exchange("POST", ChannelPaths.SYNC, request.write(), ChannelPaths.MAX_MESSAGE_BYTES));
    }

    /** @throws ChannelAnswer.TooLargeException for one that this process could not load either */
    byte[] bundle(String revision) throws IOException {
        long affordable = Runtime.getRuntime().maxMemory() / HEAP_PER_BUNDLE;
        return exchange("GET", ChannelPaths.BUNDLES + revision, NO_BODY,
                (int) Math.min(ChannelPaths.MAX_BUNDLE_BYTES, affordable));
    }

    CredentialSet credentials() throws IOException, MessageException {
        return CredentialSet.read(
                exchange("GET", ChannelPaths.CREDENTIALS, NO_BODY, ChannelPaths.MAX_MESSAGE_BYTES));
    }

    /** Sends lines of the audit trail. */
    EvidenceAnswer evidence(EvidenceBatch batch) throws IOException, MessageException {
        return EvidenceAnswer.read(
                exchange("POST", ChannelPaths.EVIDENCE, batch.write(), ChannelPaths.MAX_MESSAGE_BYTES));
    }

    private byte[] exchange(String method, String path, byte[] body, int limit) throws IOException {
        byte[] request = request(method, path, body);
        ChannelConnection open = connection;
        if (open == null) {
            open = ChannelConnection.open(tls, host, port, answerTimeout, unwanted);
            connection = open;
        }
        ChannelAnswer answer;
        try {
            answer = open.exchange(request, limit);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        if (!answer.keepAlive()) {
            close();
        }
        if (answer.status() != OK) {
            throw new StatusException(path, answer.status());
        }
        return answer.body();
    }

    private byte[] request(String method, String path, byte[] body) throws IOException {
        String head = method + " " + path + " HTTP/1.1\r\n"
                + "Host: " + host + (port == HTTPS ? "" : ":" + port) + "\r\n"
                + "Authorization: Bearer " + token() + "\r\n"
                + "Accept: application/json\r\n"
                + (body.length == 0
                        ? ""
                        : "Content-Type: " + type(path) + "\r\nContent-Length: " + body.length + "\r\n")
                + "\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private static String type(String path) {
        return path.equals(ChannelPaths.EVIDENCE) ? "application/x-ndjson" : "application/json";
    }

    private String token() throws IOException {
        String token = new String(Files.readAllBytes(tokenFile), StandardCharsets.ISO_8859_1).strip();
        if (!CredentialSet.isToken(token)) {
            throw new IOException("no token in " + tokenFile);
        }
        return token;
    }

    /** The next request opens another connection. */
    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
