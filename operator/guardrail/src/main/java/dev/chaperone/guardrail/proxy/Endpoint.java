package dev.chaperone.guardrail.proxy;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a tool server is reached. It comes from the config alone; nothing in a request can move it.
 *
 * @param tls whether to speak TLS
 * @param host name or address
 * @param port TCP port
 * @param target path and query of every request
 * @param authority value of the header Host
 */
record Endpoint(boolean tls, String host, int port, String target, String authority) {
    // As many as tool servers have ever been configured.
    private static final Map<String, Endpoint> KNOWN = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException when the URL is not one of HTTP */
    static Endpoint of(String url) {
        return KNOWN.computeIfAbsent(url, Endpoint::parse);
    }

    private static Endpoint parse(String url) {
        URI uri = URI.create(url);
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        if ((!tls && !"http".equalsIgnoreCase(uri.getScheme())) || uri.getHost() == null) {
            throw new IllegalArgumentException("not an HTTP URL");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String host = uri.getHost().startsWith("[")
                ? uri.getHost().substring(1, uri.getHost().length() - 1)
                : uri.getHost();
        return new Endpoint(
                tls,
                host,
                port,
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
                uri.getPort() >= 0 ? uri.getHost() + ":" + port : uri.getHost());
    }
}
