package dev.chaperone.controller.view;

import dev.chaperone.api.Governance;
import java.util.Map;

/** What is kept of a namespace. */
public record NamespaceFacts(String name, Map<String, String> labels) {
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
