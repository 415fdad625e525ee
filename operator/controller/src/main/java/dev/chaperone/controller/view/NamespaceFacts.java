package dev.chaperone.controller.view;

import dev.chaperone.api.Governance;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a namespace.
 *
 * @param governedSince when the label that governs it was written as it is, or somewhat later; null when it has none or
 *     nobody knows
 */
public record NamespaceFacts(String name, Map<String, String> labels, @Nullable String governedSince) {
    public NamespaceFacts {
        labels = Map.copyOf(labels);
    }

    /** Whether agents may run there with guardrails: governed, or governed until somebody broke the glass. */
    public boolean mayHaveGuardrails() {
        return isGoverned() || Governance.BREAK_GLASS.equals(labels.get(Governance.NAMESPACE_LABEL));
    }

    /** Whether new pods get a guardrail. */
    public boolean isGoverned() {
        return Governance.GOVERNED.equals(labels.get(Governance.NAMESPACE_LABEL));
    }
}
