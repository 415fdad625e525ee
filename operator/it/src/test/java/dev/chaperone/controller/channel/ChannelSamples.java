package dev.chaperone.controller.channel;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/** The channel's metrics after some of everything that they count. */
public final class ChannelSamples {
    private ChannelSamples() {}

    /** Counts in a registry that has none of them. */
    public static void count(PrometheusRegistry registry) {
        ChannelMetrics metrics = new ChannelMetrics(registry);
        metrics.observeConnected(() -> 1);
        for (String path : List.of("sync", "bundles", "credentials", "evidence", "peers", "other")) {
            for (int status : List.of(200, 400, 401, 404, 409, 413, 429, 500, 503)) {
                metrics.answered(path, status);
            }
        }
        List.of("revision", "credentials", "leases", "asked", "heartbeat", "format").forEach(metrics::synced);
        List.of("good", "unavailable", "throttled", "queue_full", "unknown_pod").forEach(metrics::tokenLookedAt);
        List.of("answered", "failed").forEach(metrics::polled);
    }
}
