package dev.chaperone.controller.view;

import dev.chaperone.api.Governance;
import java.util.Map;

/** What is kept of a namespace. */
public record NamespaceFacts(String name, Map<String, String> labels) {
    public NamespaceFacts {
        labels = Map.copyOf(labels);
    }

    public boolean isGoverned() {
        return Governance.GOVERNED.equals(labels.get(Governance.NAMESPACE_LABEL));
    }
}
