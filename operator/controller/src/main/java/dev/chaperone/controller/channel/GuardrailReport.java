package dev.chaperone.controller.channel;

import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.controller.fleet.TrailReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a guardrail said of itself last.
 *
 * @param boot the UUID of its process
 * @param formats the bundle formats that it reads
 * @param revision what it decides by; null while it has none
 * @param refused the last bundle that it could not load
 * @param audit the number of the last line of its audit trail
 * @param trail how it stands with its audit trail; null when it exports none
 * @param definitions pinned tools of which it saw another definition
 * @param egressLock what the egress lock of its pod found; null when it says nothing of one
 */
record GuardrailReport(
        String boot, List<Integer> formats, @Nullable String revision, @Nullable String refused, long audit,
        @Nullable TrailReport trail, List<ChangedDefinition> definitions, @Nullable EgressLockReport egressLock) {
    GuardrailReport {
        formats = List.copyOf(formats);
        definitions = List.copyOf(definitions);
    }

    /** @param breaks how often its trail was found not to follow itself */
    static GuardrailReport of(SyncRequest request, long breaks) {
        TrailPosition position = request.trail();
        TrailReport trail = position == null
                ? null
                : new TrailReport(
                        request.audit(), position.acknowledged(), position.waiting(), position.lost(),
                        position.untold(),
                        breaks);
        return new GuardrailReport(
                request.boot(), request.formats(), request.revision(), request.refused(), request.audit(), trail,
                request.definitions(), request.egressLock());
    }

    /** Whether it says nothing new, but perhaps of the audit trail, which grows with every call. */
    boolean repeats(GuardrailReport before) {
        return withTrail(before.audit, before.trail).equals(before);
    }

    private GuardrailReport withTrail(long otherAudit, @Nullable TrailReport other) {
        return new GuardrailReport(boot, formats, revision, refused, otherAudit, other, definitions, egressLock);
    }
}
