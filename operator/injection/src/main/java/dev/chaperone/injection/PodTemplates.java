package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Compares the pod templates of owners. */
final class PodTemplates {
    /** What the Deployment controller adds for its ReplicaSets. */
    static final Set<String> REPLICA_SET_LABELS = Set.of("pod-template-hash");

    /** What the API server adds to a Job. */
    static final Set<String> JOB_LABELS = Set.of(
            "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name");

    private PodTemplates() {}

    /**
     * Whether the template below was made from the one above.
     *
     * @param added labels that whoever made it adds
     */
    static boolean same(JsonNode above, JsonNode below, Set<String> added) {
        if (!(tidied(above) instanceof ObjectNode wanted) || !(tidied(below) instanceof ObjectNode found)) {
            return false;
        }
        if (found.path("metadata").path("labels") instanceof ObjectNode labels) {
            JsonNode own = wanted.path("metadata").path("labels");
            labels.remove(added.stream().filter(label -> !own.has(label)).toList());
        }
        return tidied(wanted).equals(tidied(found));
    }

    // Nulls are written by some releases and left out by others; a template without labels need not have metadata.
    private static JsonNode tidied(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(tidied(element)));
            return copy;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(member -> {
            JsonNode value = tidied(member.getValue());
            boolean nothing = value.isNull() || (value.isObject() && value.isEmpty()
                    && (member.getKey().equals("metadata") || member.getKey().equals("labels")));
            if (!nothing) {
                copy.set(member.getKey(), value);
            }
        });
        return copy;
    }
}
