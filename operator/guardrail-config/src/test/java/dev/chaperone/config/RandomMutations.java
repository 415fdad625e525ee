package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes one place of a tree into something that may or may not be read. */
final class RandomMutations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Random random;

    RandomMutations(long seed) {
        this.random = new Random(seed);
    }

    /** Changes the tree, and says how. */
    String mutate(ObjectNode tree) {
        List<ContainerNode<?>> containers = new ArrayList<>();
        collect(tree, containers);
        ContainerNode<?> container = containers.get(random.nextInt(containers.size()));
        return container instanceof ObjectNode object ? mutateMember(object) : mutateElement((ArrayNode) container);
    }

    private static void collect(JsonNode node, List<ContainerNode<?>> containers) {
        if (node instanceof ContainerNode<?> container) {
            containers.add(container);
            node.forEach(child -> collect(child, containers));
        }
    }

    private String mutateMember(ObjectNode object) {
        List<String> names = object.propertyStream().map(Map.Entry::getKey).toList();
        String name = names.isEmpty() ? "" : names.get(random.nextInt(names.size()));
        switch (names.isEmpty() ? 2 : random.nextInt(5)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name + "s", object.remove(name));
            case 2 -> object.set("added", value());
            default -> object.set(name, value());
        }
        return "member '" + name + "' -> " + object;
    }

    private String mutateElement(ArrayNode array) {
        if (!array.isEmpty() && random.nextBoolean()) {
            array.set(random.nextInt(array.size()), value());
        } else {
            array.insert(random.nextInt(array.size() + 1), value());
        }
        return "element -> " + array;
    }

    private JsonNode value() {
        return switch (random.nextInt(14)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(5));
            case 3 -> NODES.numberNode(random.nextLong());
            case 4 -> NODES.numberNode(BigInteger.TEN.pow(30));
            case 5 -> NODES.numberNode(50.0);
            case 6 -> NODES.numberNode(0.5);
            case 7 -> NODES.textNode("");
            case 8 -> NODES.textNode("Deny");
            case 9 -> NODES.textNode("DENY");
            case 10 -> NODES.textNode("1");
            case 11 -> NODES.textNode("true");
            case 12 -> NODES.arrayNode();
            default -> NODES.objectNode();
        };
    }
}
