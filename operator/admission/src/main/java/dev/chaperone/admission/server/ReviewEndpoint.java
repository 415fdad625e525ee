package dev.chaperone.admission.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Takes questions by POST, each path's by its own handler, and not more of them at once than memory is there for. */
final class ReviewEndpoint extends Handler.Abstract {
    /** An update carries an object of up to 3 MiB twice. */
    static final int MAX_BODY = 8 << 20;

    private static final int MAX_BODIES = 4 * MAX_BODY;
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(2);
    private static final Duration READ_WITHIN = Duration.ofSeconds(5);
    private static final String TOO_LONG = "the review is too long";
    private static final String JSON = "application/json";

    private final Map<String, AdmissionHandler> handlers;
    private final Semaphore room = new Semaphore(MAX_BODIES);

    ReviewEndpoint(Map<String, AdmissionHandler> handlers) {
        this.handlers = Map.copyOf(handlers);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        AdmissionHandler handler = handlers.get(Request.getPathInContext(request));
        if (handler == null) {
            return refuse(response, callback, HttpStatus.NOT_FOUND_404, "there is no webhook here");
        }
        if (!HttpMethod.POST.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, "POST");
            return refuse(response, callback, HttpStatus.METHOD_NOT_ALLOWED_405, "reviews come by POST");
        }
        if (!isJson(request.getHeaders().get(HttpHeader.CONTENT_TYPE))) {
            return refuse(response, callback, HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "reviews are " + JSON);
        }
        long length = request.getLength();
        if (length > MAX_BODY) {
            return refuse(response, callback, HttpStatus.PAYLOAD_TOO_LARGE_413, TOO_LONG);
        }
        int taken = length < 0 ? MAX_BODY : Math.toIntExact(length);
        if (!room.tryAcquire(taken, WAIT_FOR_ROOM.toMillis(), TimeUnit.MILLISECONDS)) {
            return refuse(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, "too many reviews at once");
        }
        try {
            return answer(request, response, callback, handler);
        } finally {
            room.release(taken);
        }
    }

    private static boolean answer(Request request, Response response, Callback callback, AdmissionHandler handler)
            throws IOException {
        byte[] body = read(request);
        if (body == null) {
            return refuse(response, callback, HttpStatus.REQUEST_TIMEOUT_408, "the review comes too slowly");
        }
        if (body.length > MAX_BODY) {
            return refuse(response, callback, HttpStatus.PAYLOAD_TOO_LARGE_413, TOO_LONG);
        }
        byte[] answer;
        try {
            answer = Reviews.answer(body, handler);
        } catch (ReviewException e) {
            return refuse(response, callback, HttpStatus.BAD_REQUEST_400, String.valueOf(e.getMessage()));
        }
        response.setStatus(HttpStatus.OK_200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
        response.write(true, ByteBuffer.wrap(answer), callback);
        return true;
    }

    // Null when it does not end in time; not to its end when it is too long.
    private static byte @Nullable [] read(Request request) throws IOException {
        long end = System.nanoTime() + READ_WITHIN.toNanos();
        int expected = Math.clamp(request.getLength(), 1 << 12, MAX_BODY);
        byte[] body = new byte[expected];
        int length = 0;
        try (InputStream in = Content.Source.asInputStream(request)) {
            while (true) {
                if (length == body.length) {
                    body = Arrays.copyOf(body, Math.min(MAX_BODY + 1, 2 * body.length));
                }
                int read = in.read(body, length, body.length - length);
                length += Math.max(0, read);
                if (read < 0 || length > MAX_BODY) {
                    return Arrays.copyOf(body, length);
                }
                if (System.nanoTime() - end > 0) {
                    return null;
                }
            }
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(JSON);
    }

    // Nothing that was sent is repeated, and what is left of it is not read.
    private static boolean refuse(Response response, Callback callback, int status, String message) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.write(true, ByteBuffer.wrap((message + "\n").getBytes(StandardCharsets.UTF_8)), callback);
        return true;
    }
}
