package dev.chaperone.controller.view;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Where a tool server's URL leads, as far as its text says. */
public sealed interface ServerAddress {
    /** A Service of this cluster. */
    record OfService(String namespace, String name, int port) implements ServerAddress {}

    /** One address. */
    record OfAddress(String cidr, int port) implements ServerAddress {}

    /** A name that others resolve. */
    record OfHost(String name, int port) implements ServerAddress {}

    /** The pod itself, or nothing that can be read. */
    record Nowhere() implements ServerAddress {}

    /** The last port. */
    int MOST = 65_535;

    /** Looks like an IPv4 address. */
    Pattern NUMBERS = Pattern.compile("[0-9.]+");

    /**
     * Reads as pods resolve names: one label is a Service of their namespace, two are a Service and its namespace if
     * there is one of that name, and {@code svc} behind two means the same anyway.
     *
     * @param namespace of the agent
     * @param namespaces all
     */
    static ServerAddress of(String url, String namespace, Set<String> namespaces) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            return new Nowhere();
        }
        if (uri.getHost() == null || uri.getScheme() == null) {
            return new Nowhere();
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        if (port == 0 || port > MOST) {
            return new Nowhere();
        }
        return host(uri.getHost().toLowerCase(Locale.ROOT), port, namespace, namespaces);
    }

    private static ServerAddress host(String host, int port, String namespace, Set<String> namespaces) {
        if (host.startsWith("[")) {
            return new OfAddress(host.substring(1, host.length() - 1) + "/128", port);
        }
        if (host.equals("localhost") || host.startsWith("127.")) {
            return new Nowhere();
        }
        if (NUMBERS.matcher(host).matches()) {
            return new OfAddress(host + "/32", port);
        }
        List<String> labels = List.of((host.endsWith(".") ? host.substring(0, host.length() - 1) : host).split("\\."));
        if (labels.size() == 1) {
            return new OfService(namespace, labels.getFirst(), port);
        }
        // A pod of a headless Service has its own name before the Service's.
        int svc = labels.size() > 3 && labels.get(3).equals("svc") ? 3 : 2;
        if (labels.size() > svc && labels.get(svc).equals("svc")) {
            return new OfService(labels.get(svc - 1), labels.get(svc - 2), port);
        }
        return labels.size() == 2 && namespaces.contains(labels.get(1))
                ? new OfService(labels.get(1), labels.get(0), port)
                : new OfHost(host, port);
    }
}
