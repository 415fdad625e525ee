package dev.chaperone.controller.channel;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.IntSupplier;

/** Counts what happens on the channel; never by pod, for there are too many. */
public final class ChannelMetrics {
    private final PrometheusRegistry registry;
    private final Counter requests;
    private final Counter syncs;
    private final Counter tokens;
    private final Counter peers;

    public ChannelMetrics(PrometheusRegistry registry) {
        this.registry = registry;
        requests = counter("chaperone_channel_requests_total", "Requests, by path and status", "path", "status");
        syncs = counter("chaperone_channel_syncs_total", "Answers to guardrails, by why they were given", "outcome");
        tokens = counter("chaperone_channel_tokens_total",
                "Tokens that were not known yet, by what became of them", "outcome");
        peers = counter("chaperone_channel_peer_polls_total", "Questions to other replicas", "outcome");
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).withoutExemplars().register(registry);
    }

    void observeConnected(IntSupplier connected) {
        GaugeWithCallback.builder()
                .name("chaperone_channel_connected_guardrails")
                .help("Guardrails that this replica heard within the heartbeat age")
                .callback(gauge -> gauge.call(connected.getAsInt()))
                .register(registry);
    }

    void answered(String path, int status) {
        requests.labelValues(path, Integer.toString(status)).inc();
    }

    void synced(String outcome) {
        syncs.labelValues(outcome).inc();
    }

    void tokenLookedAt(String outcome) {
        tokens.labelValues(outcome).inc();
    }

    void polled(String outcome) {
        peers.labelValues(outcome).inc();
    }
}
