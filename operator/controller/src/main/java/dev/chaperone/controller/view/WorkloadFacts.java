package dev.chaperone.controller.view;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a workload.
 *
 * @param templateLabels the labels of its pod template
 * @param serviceAccount whom its pods speak for
 * @param controller who controls it
 * @param finished whether it is a Job that has run its course
 */
public record WorkloadFacts(
        String apiVersion,
        String kind,
        String namespace,
        String name,
        String uid,
        Map<String, String> templateLabels,
        String serviceAccount,
        @Nullable OwnerFacts controller,
        boolean finished) {
    public WorkloadFacts {
        templateLabels = Map.copyOf(templateLabels);
    }
}
