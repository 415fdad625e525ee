package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.GuardrailPod;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pods of exempt ServiceAccounts: they get no guardrail, and may not pass for pods that have one. The chart's
 * {@code chaperone-pod-exempt} says the same.
 */
public final class ExemptPod {
    private static final List<String> CONTAINERS = List.of("containers", "initContainers", "ephemeralContainers");
    private static final Set<String> VOLUMES = Set.of(
            GuardrailPod.TOKEN_VOLUME, GuardrailPod.STATE_VOLUME, GuardrailPod.AUDIT_VOLUME);
    private static final String UNNAMED = "default";

    private ExemptPod() {}

    /** A ServiceAccount as {@link dev.chaperone.api.GuardrailShapeSpec#exempt()} names it. */
    public static String account(String namespace, String name) {
        return namespace + "/" + name;
    }

    /** The ServiceAccount of a pod, in the same words. */
    public static String accountOf(JsonNode pod, String namespace) {
        String name = pod.path("spec").path("serviceAccountName").asText("");
        return account(namespace, name.isEmpty() ? UNNAMED : name);
    }

    /** What the pod has and only governed pods have, the first that is found; null when it has nothing of the kind. */
    public static @Nullable String mark(JsonNode pod) {
        if (pod.path("metadata").path("annotations").has(GuardrailPod.WORKLOAD_ANNOTATION)) {
            return "the annotation " + GuardrailPod.WORKLOAD_ANNOTATION;
        }
        if (pod.path("metadata").path("labels").has(GuardrailPod.AGENT_LABEL)) {
            return "the label " + GuardrailPod.AGENT_LABEL;
        }
        JsonNode spec = pod.path("spec");
        for (String kind : CONTAINERS) {
            for (JsonNode container : spec.path(kind)) {
                if (container.path("name").asText().equals(GuardrailPod.CONTAINER)) {
                    return "a container " + GuardrailPod.CONTAINER;
                }
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            String name = volume.path("name").asText();
            if (VOLUMES.contains(name)) {
                return "a volume " + name;
            }
            for (JsonNode source : volume.path("projected").path("sources")) {
                if (source.at("/serviceAccountToken/audience").asText().equals(GuardrailPod.TOKEN_AUDIENCE)) {
                    return "a token of the audience " + GuardrailPod.TOKEN_AUDIENCE;
                }
            }
        }
        return null;
    }
}
