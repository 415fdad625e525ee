package dev.chaperone.controller.channel;

import dev.chaperone.config.channel.SyncRequest;
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
 */
record GuardrailReport(
        String boot, List<Integer> formats, @Nullable String revision, @Nullable String refused, long audit) {
    GuardrailReport {
        formats = List.copyOf(formats);
    }

    static GuardrailReport of(SyncRequest request) {
        return new GuardrailReport(
                request.boot(), request.formats(), request.revision(), request.refused(), request.audit());
    }

    /** Whether it says nothing new, but perhaps of the audit trail, which grows with every call. */
    boolean repeats(GuardrailReport before) {
        return withAudit(before.audit).equals(before);
    }

    private GuardrailReport withAudit(long other) {
        return new GuardrailReport(boot, formats, revision, refused, other);
    }
}
