package dev.chaperone.controller.channel;

import dev.chaperone.controller.evidence.EvidenceMetrics;
import dev.chaperone.controller.evidence.EvidenceSink;
import dev.chaperone.controller.evidence.Finding;
import dev.chaperone.controller.evidence.TestTrail;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is given in memory, unless it is told to fail. */
final class TestEvidence implements EvidenceSink {
    private final List<String> kept = new CopyOnWriteArrayList<>();
    private final List<Finding> found = new CopyOnWriteArrayList<>();
    private volatile boolean failing;

    /** Evidence that nobody looks at. */
    static EvidenceKeeping none() {
        return new TestEvidence().keeping(new PrometheusRegistry());
    }

    EvidenceKeeping keeping(PrometheusRegistry registry) {
        return new EvidenceKeeping(this, () -> AcknowledgementKey.of(new byte[32]),
                (pod, finding) -> found.add(finding), new EvidenceMetrics(registry));
    }

    void failing(boolean now) {
        failing = now;
    }

    /** The lines, in the order in which they came. */
    List<String> kept() {
        return kept;
    }

    List<Finding> found() {
        return found;
    }

    @Override
    public void keep(PodFacts pod, List<byte[]> lines) throws IOException {
        if (failing) {
            throw new IOException("told to fail");
        }
        kept.addAll(TestTrail.texts(lines));
    }
}
