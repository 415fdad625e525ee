package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.Api;
import dev.chaperone.api.GuardrailPod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pods of exempt ServiceAccounts: they get no guardrail, and may not pass for pods that have one. The chart's
 * {@code chaperone-pod-exempt} says the same.
 */
public final class ExemptPod {
    private static final List<String> CONTAINERS = List.of("containers", "initContainers", "ephemeralContainers");
    // All of ours, whatever this release puts into pods.
    private static final String KEYS = Api.GROUP + "/";
    private static final String NAMES = "chaperone-";
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

    /** What the pod has and only governed pods have, the first that is found: a key or name of ours, or a token of the
     * guardrail's audience. Null when it has nothing of the kind. */
    public static @Nullable String mark(JsonNode pod) {
        String key = key(pod, "annotations", "the annotation ");
        if (key == null) {
            key = key(pod, "labels", "the label ");
        }
        if (key != null) {
            return key;
        }
        JsonNode spec = pod.path("spec");
        for (String kind : CONTAINERS) {
            for (JsonNode container : spec.path(kind)) {
                String name = container.path("name").asText();
                if (name.startsWith(NAMES)) {
                    return "a container " + name;
                }
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            String name = volume.path("name").asText();
            if (name.startsWith(NAMES)) {
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

    private static @Nullable String key(JsonNode pod, String map, String what) {
        for (var field : pod.path("metadata").path(map).properties()) {
            if (field.getKey().startsWith(KEYS)) {
                return what + field.getKey();
            }
        }
        return null;
    }
}
