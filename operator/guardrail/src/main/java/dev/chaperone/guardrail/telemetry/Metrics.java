package dev.chaperone.guardrail.telemetry;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.telemetry.Evidence.Outcome;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Prometheus metrics. No label ever holds what an agent or a policy author wrote. */
public final class Metrics {
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter decisions = Counter.builder()
            .name("chaperone_guardrail_decisions_total")
            .withoutExemplars()
            .help("Decisions on requests of the agent")
            .labelNames("verdict", "code")
            .register(registry);
    private final Histogram decisionSeconds = Histogram.builder()
            .name("chaperone_guardrail_decision_seconds")
            .help("Time to decide a tool call by policy")
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1)
            .register(registry);
    private final Histogram callSeconds = Histogram.builder()
            .name("chaperone_guardrail_call_seconds")
            .help("Time from forwarding a tool call to the end of its answer")
            .labelNames("outcome")
            .classicOnly()
            .withoutExemplars()
            .classicUpperBounds(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
            .register(registry);
    private final Counter ignoredErrors = Counter.builder()
            .name("chaperone_guardrail_ignored_rule_errors_total")
            .withoutExemplars()
            .help("Rules that could not be evaluated and whose failure policy is Ignore")
            .register(registry);
    private final Counter configs = Counter.builder()
            .name("chaperone_guardrail_config_offers_total")
            .help("Configs offered to the guardrail, by what became of them")
            .labelNames("result")
            .register(registry);
    private final Counter auditFailures = Counter.builder()
            .name("chaperone_guardrail_audit_failures_total")
            .help("Audit records that could not be written")
            .register(registry);
    private final Counter looks = Counter.builder()
            .name("chaperone_guardrail_definition_looks_total")
            .withoutExemplars()
            .help("Lists of tools that the guardrail asked for itself, to compare them with pinned definitions")
            .labelNames("result")
            .register(registry);
    private final Gauge connections = Gauge.builder()
            .name("chaperone_guardrail_connections")
            .help("Open connections from the agent")
            .register(registry);

    /** Shows how many bytes are held back, over all connections. */
    public void observeHeldBytes(LongSupplier held) {
        GaugeWithCallback.builder()
                .name("chaperone_guardrail_held_bytes")
                .help("Bytes of requests and answers that are held back")
                .callback(gauge -> gauge.call((double) held.getAsLong()))
                .register(registry);
    }

    /** Shows how many oversight requirements of the config are not known to hold. */
    public void observeLapsed(LongSupplier lapsed) {
        GaugeWithCallback.builder()
                .name("chaperone_guardrail_oversight_lapsed")
                .help("Oversight requirements that are not known to hold, so that what they narrow is narrowed")
                .callback(gauge -> gauge.call((double) lapsed.getAsLong()))
                .register(registry);
    }

    /** Shows of how many pinned tools another definition was seen. */
    public void observeChangedDefinitions(LongSupplier changed) {
        GaugeWithCallback.builder()
                .name("chaperone_guardrail_changed_definitions")
                .help("Pinned tools of which the tool server showed another definition last")
                .callback(gauge -> gauge.call((double) changed.getAsLong()))
                .register(registry);
    }

    /** Shows how it stands with a spool. */
    public void observeSpool(Spool spool) {
        GaugeWithCallback.builder()
                .name("chaperone_guardrail_audit_spool_bytes")
                .help("Bytes of the disk that audit records take until they are acknowledged")
                .callback(gauge -> gauge.call((double) spool.bytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("chaperone_guardrail_audit_waiting_records")
                .help("Audit records that were not acknowledged yet")
                .callback(gauge -> gauge.call((double) spool.waitingRecords()))
                .register(registry);
        CounterWithCallback.builder()
                .name("chaperone_guardrail_audit_lost_records_total")
                .help("Audit records that could not be kept, in all boots of the guardrail in this pod")
                .callback(counter -> counter.call((double) spool.lostRecords()))
                .register(registry);
        CounterWithCallback.builder()
                .name("chaperone_guardrail_audit_acknowledged_records_total")
                .help("Audit records that the operator acknowledged")
                .callback(counter -> counter.call((double) spool.acknowledgedRecords()))
                .register(registry);
    }

    void decided(Verdict verdict, @Nullable DenialCode code, int ignored, long nanos) {
        decisions.labelValues(verdict.wireName(), code == null ? "" : code.wireName()).inc();
        if (nanos > 0) {
            decisionSeconds.observe(nanos / NANOS_PER_SECOND);
        }
        ignoredErrors.inc(ignored);
    }

    void ended(Outcome outcome, long nanos) {
        callSeconds.labelValues(outcome.name().toLowerCase(Locale.ROOT)).observe(nanos / NANOS_PER_SECOND);
    }

    /** Counts a list of tools that the guardrail asked for itself. */
    public void looked(boolean whole) {
        looks.labelValues(whole ? "whole" : "failed").inc();
    }

    void auditFailed() {
        auditFailures.inc();
    }

    /** Counts what became of an offered config. */
    public void configOffered(ActiveConfig.Loading result) {
        configs.labelValues(result.name().toLowerCase(Locale.ROOT)).inc();
    }

    /** Counts a connection of the agent in or out. */
    public void connected(int change) {
        connections.inc(change);
    }

    /** All metrics in Prometheus' text format. */
    byte[] exposition() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
