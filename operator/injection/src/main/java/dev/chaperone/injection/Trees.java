package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Parts of a pod's tree, made when they are not there. */
final class Trees {
    private Trees() {}

    static ObjectNode object(ObjectNode parent, String field) {
        JsonNode found = parent.path(field);
        if (found.isMissingNode() || found.isNull()) {
            return parent.putObject(field);
        }
        if (found instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("not a pod: " + field + " is no object");
    }

    static ArrayNode array(ObjectNode parent, String field) {
        JsonNode found = parent.path(field);
        if (found.isMissingNode() || found.isNull()) {
            return parent.putArray(field);
        }
        if (found instanceof ArrayNode array) {
            return array;
        }
        throw new IllegalArgumentException("not a pod: " + field + " is no list");
    }

    static boolean isNamed(JsonNode element, String name) {
        return element.path("name").asText().equals(name);
    }

    /**
     * Puts an element in the place of the one of its name and removes others of that name.
     *
     * @param position where it goes when there is none
     */
    static void put(ArrayNode list, ObjectNode element, int position) {
        String name = element.path("name").asText();
        int at = -1;
        for (int i = list.size() - 1; i >= 0; i--) {
            if (isNamed(list.get(i), name)) {
                if (at >= 0) {
                    list.remove(at);
                }
                at = i;
            }
        }
        if (at >= 0) {
            list.set(at, element);
        } else {
            list.insert(position, element);
        }
    }
}
