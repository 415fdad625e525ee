package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The guardrail's shape as the operator writes it: the container of this release and of the one before. */
final class GuardrailShapes {
    private static final String OLD_IMAGE = "chaperone-guardrail@sha256:" + "2".repeat(64);

    private GuardrailShapes() {}

    static ObjectNode shape() {
        ObjectNode shape = Manifests.read("guardrail-shape.yaml");
        ((ArrayNode) shape.at("/spec/containers")).add(previous());
        ((ArrayNode) shape.at("/spec/locks")).add(previousLock());
        return shape;
    }

    static ObjectNode current() {
        return (ObjectNode) Manifests.read("guardrail-shape.yaml").at("/spec/containers/0");
    }

    /** Another image, and one environment variable fewer. */
    static ObjectNode previous() {
        ObjectNode container = current().put("image", OLD_IMAGE);
        ((ArrayNode) container.get("env")).remove(2);
        return container;
    }

    static ObjectNode lock() {
        return (ObjectNode) Manifests.read("guardrail-shape.yaml").at("/spec/locks/0");
    }

    static ObjectNode previousLock() {
        return lock().put("image", OLD_IMAGE);
    }

    static JsonNode volumes() {
        return Manifests.read("guardrail-shape.yaml").at("/spec/volumes");
    }
}
