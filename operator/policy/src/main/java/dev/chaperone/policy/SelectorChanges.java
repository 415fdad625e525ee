package dev.chaperone.policy;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What it may mean that a policy selects otherwise than before, in sentences; nothing when it does not. A selector that is
 * absent selects what an empty one does.
 */
public final class SelectorChanges {
    private SelectorChanges() {}

    public static List<String> ofAgents(@Nullable LabelSelector before, @Nullable LabelSelector after) {
        return isSame(before, after)
                ? List.of()
                : List.of("agentSelector changes: the policy may no longer hold for agents that it held for");
    }

    public static List<String> ofNamespaces(@Nullable LabelSelector before, @Nullable LabelSelector after) {
        return isSame(before, after)
                ? List.of()
                : List.of("namespaceSelector changes: the policy may no longer hold in namespaces that it held in");
    }

    private static boolean isSame(@Nullable LabelSelector before, @Nullable LabelSelector after) {
        return Objects.equals(tidied(before), tidied(after));
    }

    private static LabelSelector tidied(@Nullable LabelSelector selector) {
        return selector == null ? new LabelSelector() : selector;
    }
}
