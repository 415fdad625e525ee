package dev.chaperone.controller.evidence;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;

/** Counts what becomes of audit trails; never by pod, for there are too many. */
public final class EvidenceMetrics {
    private static final double[] SECONDS = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10};
    private static final double NANOS = 1e9;

    private final Counter batches;
    private final Counter records;
    private final Counter bytes;
    private final Counter breaks;
    private final Histogram sink;
    private final Counter failures;
    private final Counter rejected;

    public EvidenceMetrics(PrometheusRegistry registry) {
        batches = counter(registry, "chaperone_evidence_batches_total",
                "Batches of audit trails, by what became of them",
                "outcome");
        records = counter(registry, "chaperone_evidence_records_total",
                "Lines of audit trails, by whether they were kept now or had been before", "outcome");
        bytes = counter(registry, "chaperone_evidence_bytes_total", "Bytes of the lines that were kept");
        breaks = counter(registry, "chaperone_evidence_breaks_total",
                "Places where an audit trail was found not to follow itself, by what was found", "kind");
        sink = Histogram.builder()
                .name("chaperone_evidence_sink_duration_seconds").help("How long it took until lines were kept")
                .classicOnly().classicUpperBounds(SECONDS).withoutExemplars().register(registry);
        failures = counter(registry, "chaperone_evidence_sink_failures_total", "Batches that could not be kept");
        rejected = counter(registry, "chaperone_evidence_rejected_records_total",
                "Lines that the collector took and then rejected for good");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).withoutExemplars().register(registry);
    }

    /** @param outcome what became of a batch, in one word */
    public void batch(String outcome) {
        batches.labelValues(outcome).inc();
    }

    /** These lines are kept. */
    public void kept(List<byte[]> lines, Duration took) {
        records.labelValues("kept").inc(lines.size());
        bytes.inc(lines.stream().mapToLong(line -> line.length).sum());
        sink.observe(took.toNanos() / NANOS);
    }

    /** So many lines had been kept before. */
    public void repeated(int lines) {
        records.labelValues("repeated").inc(lines);
    }

    /** Lines could not be kept. */
    public void notKept() {
        failures.inc();
    }

    /** A trail does not follow itself. */
    public void broken(Finding finding) {
        breaks.labelValues(finding.kind()).inc();
    }

    void rejected(long lines) {
        rejected.inc(lines);
    }
}
