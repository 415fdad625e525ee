package dev.chaperone.admission.mutate;

import dev.chaperone.api.Workload;
import java.util.Map;

/** What is known of pods whose egress is to be locked. */
@FunctionalInterface
public interface EgressLocks {
    /**
     * Whether it is.
     *
     * @param workload whom the pod belongs to
     * @param podLabels the pod's own labels
     * @throws IllegalStateException when that cannot be said yet; the pod is then refused
     */
    boolean required(String namespace, Workload workload, Map<String, String> podLabels);
}
