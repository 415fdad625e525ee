package dev.chaperone.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Health and metrics, for the kubelet and Prometheus. */
final class HealthServer implements AutoCloseable {
    private final HttpServer server;

    private HealthServer(HttpServer server) {
        this.server = server;
    }

    /**
     * @param unready what is still missing before the operator can serve; empty when it can
     * @param metrics in Prometheus' text format
     */
    static HealthServer start(int port, Supplier<String> unready, Supplier<String> metrics) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, HttpURLConnection.HTTP_OK, "ok\n"));
        server.createContext("/readyz", exchange -> {
            String missing = unready.get();
            if (missing.isEmpty()) {
                answer(exchange, HttpURLConnection.HTTP_OK, "ok\n");
            } else {
                answer(exchange, HttpURLConnection.HTTP_UNAVAILABLE, missing + "\n");
            }
        });
        server.createContext("/metrics", exchange -> answer(exchange, HttpURLConnection.HTTP_OK, metrics.get()));
        server.start();
        return new HealthServer(server);
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
