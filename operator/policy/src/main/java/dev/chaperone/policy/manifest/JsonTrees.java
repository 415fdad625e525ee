package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;

/** What a tree means as JSON, which is what an API server sees of it. */
final class JsonTrees {
    private JsonTrees() {}

    /** The tree as JSON; of doubled keys the last counts. */
    static JsonNode of(Node node) {
        return switch (node) {
            case Scalar scalar -> scalar.meaning().value();
            case Sequence sequence -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                sequence.items().forEach(item -> array.add(of(item)));
                yield array;
            }
            case Mapping mapping -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                mapping.entries().forEach(entry -> object.set(entry.key().text(), of(entry.value())));
                yield object;
            }
        };
    }
}
