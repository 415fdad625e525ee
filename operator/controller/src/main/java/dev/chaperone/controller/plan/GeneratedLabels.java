package dev.chaperone.controller.plan;

import dev.chaperone.api.GuardrailPod;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Labels that controllers and admission add to pods. They differ from pod to pod or from rollout to rollout: no agent has them. */
final class GeneratedLabels {
    private static final Set<String> NAMES = Set.of(
            "pod-template-hash", "controller-revision-hash", "pod-template-generation", "job-name", "controller-uid",
            "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "rollouts-pod-template-hash",
            GuardrailPod.AGENT_LABEL);

    private GeneratedLabels() {}

    static SortedMap<String, String> removedFrom(Map<String, String> labels) {
        SortedMap<String, String> kept = new TreeMap<>(labels);
        kept.keySet().removeIf(name -> NAMES.contains(name) || name.startsWith("batch.kubernetes.io/"));
        return kept;
    }
}
