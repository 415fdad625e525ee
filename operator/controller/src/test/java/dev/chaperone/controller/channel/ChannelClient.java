package dev.chaperone.controller.channel;

import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** A guardrail's side of the channel, on a real TLS client. */
final class ChannelClient implements AutoCloseable {
    static final String BOOT = "5c0ffee0-0000-4000-8000-000000000001";
    static final String NO_CREDENTIALS = CredentialSet.NONE.digest();

    private final HttpClient client;
    private final URI server;
    private final String token;

    ChannelClient(int port, X509Certificate trusted, String token) throws Exception {
        this(port, https(trusted), token);
    }

    ChannelClient(int port, HttpClient client, String token) {
        this.client = client;
        server = URI.create("https://127.0.0.1:" + port);
        this.token = token;
    }

    /** Longer than any answer is held back. */
    static final Duration WAIT = Duration.ofMinutes(10);

    static HttpClient https(X509Certificate trusted) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new ServiceTrust(TestKeys.SERVICE, () -> List.of(trusted))}, null);
        return HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(30)).build();
    }

    /** The request of a guardrail that has this config and no credentials, and waits. */
    static SyncRequest holding(String content) {
        return holding(content == null ? null : TestDirectory.revision(content), null, NO_CREDENTIALS, WAIT);
    }

    static SyncRequest holding(String revision, String refused, String credentials, Duration wait) {
        return new SyncRequest(BOOT, List.of(1), revision, refused, credentials, 3, null, Set.of(), List.of(), null,
                wait);
    }

    CompletableFuture<HttpResponse<byte[]>> start(SyncRequest request) {
        return send(request(ChannelPaths.SYNC).POST(BodyPublishers.ofByteArray(request.write())));
    }

    HttpResponse<byte[]> sync(SyncRequest request) throws Exception {
        return done(start(request));
    }

    HttpResponse<byte[]> post(byte[] body) throws Exception {
        return done(send(request(ChannelPaths.SYNC).POST(BodyPublishers.ofByteArray(body))));
    }

    CompletableFuture<HttpResponse<byte[]>> start(EvidenceBatch batch) {
        return send(request(ChannelPaths.EVIDENCE).POST(BodyPublishers.ofByteArray(batch.write())));
    }

    HttpResponse<byte[]> send(EvidenceBatch batch) throws Exception {
        return done(start(batch));
    }

    HttpResponse<byte[]> get(String path) throws Exception {
        return done(send(request(path)));
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path)).timeout(Duration.ofSeconds(60));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    CompletableFuture<HttpResponse<byte[]>> send(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
    }

    static HttpResponse<byte[]> done(CompletableFuture<HttpResponse<byte[]>> answer) throws Exception {
        return answer.get(60, TimeUnit.SECONDS);
    }

    static String revision(HttpResponse<byte[]> answer) throws Exception {
        return SyncAnswer.read(answer.body()).revision();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
