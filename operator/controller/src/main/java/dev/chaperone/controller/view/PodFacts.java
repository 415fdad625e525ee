package dev.chaperone.controller.view;

import dev.chaperone.api.Workload;
import dev.chaperone.controller.view.guard.GuardFacts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a pod.
 *
 * @param labels its labels
 * @param bound the workload that admission bound it to; null for a pod that was there before
 * @param controller who controls it by its own word
 * @param serviceAccount whom its tokens speak for
 * @param node where it runs; null while it is not placed
 * @param phase as the kubelet says
 * @param ready whether it is Ready, or would be but for its guardrail; on a node that is not heard of it is not
 * @param terminating whether it was told to go
 * @param created its creationTimestamp, which sorts by time
 * @param guard its guardrail
 */
public record PodFacts(
        String namespace,
        String name,
        String uid,
        Map<String, String> labels,
        @Nullable Workload bound,
        @Nullable OwnerFacts controller,
        String serviceAccount,
        @Nullable String node,
        Phase phase,
        boolean ready,
        boolean terminating,
        String created,
        GuardFacts guard) {
    /** Phases of pods. */
    public enum Phase {
        PENDING, RUNNING, FINISHED
    }

    public PodFacts {
        labels = Map.copyOf(labels);
    }

    /** Whether its containers run, and are to go on. */
    public boolean isRunning() {
        return phase == Phase.RUNNING && !terminating;
    }
}
