package dev.chaperone.controller.channel;

import dev.chaperone.controller.evidence.BrokenTrails;
import dev.chaperone.controller.evidence.EvidenceMetrics;
import dev.chaperone.controller.evidence.EvidenceSink;
import java.util.function.Supplier;

/**
 * What the channel needs to take audit trails.
 *
 * @param sink who keeps them
 * @param key asked at each request; the same on all replicas
 * @param listener told of trails that do not follow themselves
 */
public record EvidenceKeeping(
        EvidenceSink sink, Supplier<AcknowledgementKey> key, BrokenTrails listener, EvidenceMetrics metrics) {}
