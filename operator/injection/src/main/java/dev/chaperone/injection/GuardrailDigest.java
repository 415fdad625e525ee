package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One name for all that makes a guardrail: its container, the volumes that it mounts, and what locks the egress to it. */
public final class GuardrailDigest {
    private GuardrailDigest() {}

    /** Of a guardrail in a pod whose egress is not locked. */
    public static String of(JsonNode container, Iterable<? extends JsonNode> volumes) {
        return of(container, null, volumes);
    }

    /**
     * The same for a container of the shape and for one that an API server stored, whoever wrote either: what is null or
     * empty counts as absent, and the order of members and volumes as nothing.
     *
     * @param container the guardrail's
     * @param lock the container that locks the egress; null for none
     * @param volumes of the pod or of the shape; those that the container does not mount do not count
     */
    public static String of(
            JsonNode container, @Nullable JsonNode lock, Iterable<? extends JsonNode> volumes) {
        Set<String> mounted = new HashSet<>();
        container.path("volumeMounts").forEach(mount -> mounted.add(mount.path("name").asText()));
        SortedMap<String, JsonNode> own = new TreeMap<>();
        volumes.forEach(volume -> {
            String name = volume.path("name").asText();
            if (mounted.contains(name)) {
                own.put(name, volume);
            }
        });
        ObjectNode whole = (ObjectNode) pruned(container);
        own.values().forEach(volume -> whole.withArray("/volumes").add(pruned(volume)));
        if (lock != null) {
            whole.set("lock", pruned(lock));
        }
        return Digests.of(CanonicalJson.bytes(whole));
    }

    private static JsonNode pruned(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(field -> {
                JsonNode value = pruned(field.getValue());
                if (!isNothing(value)) {
                    copy.set(field.getKey(), value);
                }
            });
            return copy;
        }
        if (node instanceof ArrayNode list) {
            ArrayNode copy = list.arrayNode();
            list.forEach(element -> copy.add(pruned(element)));
            return copy;
        }
        return node;
    }

    private static boolean isNothing(JsonNode value) {
        return value.isNull() || (value.isContainerNode() && value.isEmpty());
    }
}
