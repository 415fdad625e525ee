package dev.chaperone.controller.evidence;

import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.IOException;
import java.util.List;

/** Who keeps audit trails. */
@FunctionalInterface
public interface EvidenceSink {
    /**
     * Hands lines over; returns when they are kept, so that nobody else need keep them any longer. May be called by many
     * threads. What it threw for may have been kept nevertheless, and comes again.
     *
     * @param pod whose guardrail wrote them
     * @param lines lines of an audit trail, without their ends, in their order
     * @throws IOException when they are not kept; the message says why, and quotes nothing of them
     */
    void keep(PodFacts pod, List<byte[]> lines) throws IOException;
}
