package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.Headers;
import dev.chaperone.guardrail.mcp.RefusedException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of an agent's request, once it is known to be one that may go on.
 *
 * @param method POST, GET or DELETE
 * @param server the tool server that the path names
 * @param headers its header fields
 */
record RequestHead(HttpMethod method, String server, HttpHeaders headers) {
    private static final Pattern PATH = Pattern.compile("/mcp/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9.-]+)(?::\\d{1,5})?");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern ORIGIN = Pattern.compile("https?://(.+)");

    /**
     * Checks the head.
     *
     * @param request what the codec read
     * @param hosts the names under which the guardrail may be addressed
     * @param maxBody the largest body in bytes
     * @throws RefusedException when the request must not go on
     */
    static RequestHead check(HttpRequest request, Set<String> hosts, int maxBody) throws RefusedException {
        HttpHeaders headers = request.headers();
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw RefusedException.http(505, "HTTP/1.1 is spoken here");
        }
        checkAddress(headers, hosts);
        Matcher path = PATH.matcher(request.uri());
        if (!path.matches()) {
            throw RefusedException.http(404, "tool servers are at /mcp/<server>");
        }
        HttpMethod method = request.method();
        if (!method.equals(HttpMethod.POST) && !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.DELETE)) {
            throw RefusedException.http(405, "POST, GET and DELETE are taken");
        }
        checkFraming(headers, maxBody);
        if (method.equals(HttpMethod.POST)) {
            checkContentType(single(headers, "content-type"));
        } else if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING) || contentLength(headers) > 0) {
            throw RefusedException.invalid("a body where none belongs");
        }
        return new RequestHead(method, path.group(1), headers);
    }

    // A page in a browser may have been sent here by a name of its own (DNS rebinding).
    private static void checkAddress(HttpHeaders headers, Set<String> hosts) throws RefusedException {
        String host = single(headers, "host");
        if (host == null || !known(host, hosts)) {
            throw RefusedException.http(403, "the guardrail is not known by this host name");
        }
        String origin = single(headers, "origin");
        if (origin != null) {
            Matcher parts = ORIGIN.matcher(origin);
            if (!parts.matches() || !known(parts.group(1), hosts)) {
                throw RefusedException.http(403, "requests from this origin are not taken");
            }
        }
    }

    private static boolean known(String authority, Set<String> hosts) {
        Matcher parts = AUTHORITY.matcher(authority);
        return parts.matches() && hosts.contains(parts.group(1).toLowerCase(Locale.ROOT));
    }

    private static void checkFraming(HttpHeaders headers, int maxBody) throws RefusedException {
        String coding = single(headers, "transfer-encoding");
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            throw RefusedException.http(501, "chunked is the only transfer coding taken");
        }
        if (coding != null && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw RefusedException.invalid("two lengths");
        }
        if (contentLength(headers) > maxBody) {
            throw RefusedException.http(413, "the body is too large");
        }
        String content = single(headers, "content-encoding");
        if (content != null && !content.equalsIgnoreCase("identity")) {
            throw RefusedException.http(415, "compressed bodies are not taken");
        }
        // HTTP clients that would rather speak HTTP/2 offer it in passing, and are answered in HTTP/1.1.
        String upgrade = single(headers, "upgrade");
        if (upgrade != null && !upgrade.equalsIgnoreCase("h2c")) {
            throw RefusedException.invalid("there is nothing to upgrade to");
        }
    }

    private static long contentLength(HttpHeaders headers) throws RefusedException {
        String length = single(headers, "content-length");
        if (length == null) {
            return 0;
        }
        if (!LENGTH.matcher(length).matches()) {
            throw RefusedException.invalid("the content length is not a number");
        }
        return Long.parseLong(length);
    }

    private static void checkContentType(@Nullable String type) throws RefusedException {
        String[] parts = type == null ? new String[]{""} : type.toLowerCase(Locale.ROOT).split(";");
        boolean json = parts[0].strip().equals("application/json");
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            json &= parameter.equals("charset=utf-8") || parameter.equals("charset=\"utf-8\"");
        }
        if (!json) {
            throw RefusedException.http(415, "the content type is application/json, in UTF-8");
        }
    }

    private static @Nullable String single(HttpHeaders headers, String name) throws RefusedException {
        return view(headers).single(name);
    }

    Headers view() {
        return view(headers);
    }

    private static Headers view(HttpHeaders headers) {
        return new Headers() {
            @Override
            public List<String> all(String name) {
                return headers.contains(name) ? headers.getAll(name) : List.of();
            }

            @Override
            public Set<String> names() {
                return headers.names();
            }
        };
    }
}
