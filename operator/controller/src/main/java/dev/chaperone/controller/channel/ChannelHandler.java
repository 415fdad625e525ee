package dev.chaperone.controller.channel;

import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From HTTP to who asks and what for, and back. Each request has a virtual thread, which may wait. */
final class ChannelHandler extends Handler.Abstract {
    /** For other replicas alone. */
    static final String PEER_REPORTS = "/v1/peers/reports";
    /** Parameter: the cursor of the last page. */
    static final String SINCE = "since";

    private static final Logger LOG = LoggerFactory.getLogger(ChannelHandler.class);
    private static final Duration PEER_HEARTBEATS = Duration.ofSeconds(2);

    private final ChannelSettings settings;
    private final PodAuthenticator authenticator;
    private final PodRequests pods;
    private final EvidenceRequests evidence;
    private final ReportTable reports;
    private final Polls polls;
    private final Supplier<PeerKey> peerKey;
    private final ChannelMetrics metrics;

    ChannelHandler(
            ChannelSettings settings, PodAuthenticator authenticator, PodRequests pods,
            EvidenceRequests evidence, ReportTable reports, Polls polls, Supplier<PeerKey> peerKey,
            ChannelMetrics metrics) {
        this.settings = settings;
        this.authenticator = authenticator;
        this.pods = pods;
        this.evidence = evidence;
        this.reports = reports;
        this.polls = polls;
        this.peerKey = peerKey;
        this.metrics = metrics;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Endpoint endpoint = Endpoint.of(Request.getPathInContext(request));
        Answer answer;
        try {
            answer = answer(endpoint, request);
        } catch (RefusedException e) {
            answer = Answer.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = Answer.of(RefusedException.notReady("this replica stops"));
        } catch (IOException e) {
            // The peer went away, or took too long.
            callback.failed(e);
            return true;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("path", endpoint).log("A request could not be answered");
            answer = Answer.of(new RefusedException(500, "the operator failed"));
        }
        metrics.answered(endpoint.label, answer.status());
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        if (answer.status() == 401) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
        }
        if (polls.ended()) {
            // The next request goes to a replica that stays.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
        return true;
    }

    private Answer answer(Endpoint endpoint, Request request)
            throws RefusedException, InterruptedException, IOException {
        if (endpoint == Endpoint.OTHER) {
            throw new RefusedException(404, "no such path");
        }
        if (!request.getMethod().equals(endpoint.method)) {
            throw new RefusedException(405, "the method is " + endpoint.method);
        }
        if (endpoint == Endpoint.PEER_REPORTS) {
            return peerReports(request);
        }
        PodFacts pod = authenticator.authenticate(authorization(request), Request.getRemoteAddr(request));
        return switch (endpoint) {
            case SYNC -> Answer.of(pods.sync(pod, message(request)).write());
            case BUNDLES -> {
                String revision = Request.getPathInContext(request).substring(ChannelPaths.BUNDLES.length());
                yield Answer.of(pods.bundle(pod, revision));
            }
            case CREDENTIALS -> Answer.of(pods.credentials(pod));
            case EVIDENCE -> Answer.of(
                    evidence.take(pod, () -> body(request, ChannelPaths.MAX_EVIDENCE_BYTES)).write());
            case PEER_REPORTS, OTHER -> throw new IllegalStateException("answered above");
        };
    }

    private Answer peerReports(Request request) throws RefusedException, InterruptedException {
        if (!peerKey.get().isShownBy(authorization(request))) {
            throw RefusedException.token("for other replicas alone");
        }
        String cursor = Request.extractQueryParameters(request).getValue(SINCE);
        long since = PeerPage.version(cursor, reports.instance());
        if (!polls.ended()) {
            reports.await(since, PEER_HEARTBEATS, settings.longPoll());
        }
        return Answer.of(reports.page(since, PeerPage.MOST).write());
    }

    private SyncRequest message(Request request) throws RefusedException, IOException {
        try {
            return SyncRequest.read(body(request, settings.bodyBytes()));
        } catch (MessageException e) {
            throw new RefusedException(400, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] body(Request request, int most) throws RefusedException, IOException {
        if (request.getLength() > most) {
            throw tooLarge(most);
        }
        try (InputStream in = Content.Source.asInputStream(request)) {
            byte[] body = in.readNBytes(most + 1);
            if (body.length > most) {
                throw tooLarge(most);
            }
            return body;
        }
    }

    private static RefusedException tooLarge(int most) {
        return new RefusedException(413, "larger than " + most + " bytes");
    }

    // With two of them, who reads the other one?
    private static @Nullable String authorization(Request request) {
        List<HttpField> fields = request.getHeaders().getFields(HttpHeader.AUTHORIZATION);
        return fields.size() == 1 ? fields.getFirst().getValue() : null;
    }

    private enum Endpoint {
        SYNC("POST", "sync"),
        BUNDLES("GET", "bundles"),
        CREDENTIALS("GET", "credentials"),
        EVIDENCE("POST", "evidence"),
        PEER_REPORTS("GET", "peers"),
        OTHER("", "other");

        private final String method;
        private final String label;

        Endpoint(String method, String label) {
            this.method = method;
            this.label = label;
        }

        static Endpoint of(String path) {
            return switch (path) {
                case ChannelPaths.SYNC -> SYNC;
                case ChannelPaths.CREDENTIALS -> CREDENTIALS;
                case ChannelPaths.EVIDENCE -> EVIDENCE;
                case ChannelHandler.PEER_REPORTS -> PEER_REPORTS;
                default -> path.startsWith(ChannelPaths.BUNDLES) ? BUNDLES : OTHER;
            };
        }
    }
}
