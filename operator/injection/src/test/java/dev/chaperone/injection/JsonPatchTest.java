package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonPatchTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] NAMES = {"a", "b", "a/b", "~", "chaperone.dev/workload", ""};

    @Test
    void anyTreeBecomesAnyOther() {
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            JsonNode before = NODES.objectNode().set("root", tree(random, 3));
            JsonNode after = NODES.objectNode().set("root", tree(random, 3));

            JsonNode patched = io.fabric8.zjsonpatch.JsonPatch.apply(JsonPatch.between(before, after), before);

            assertThat(patched).isEqualTo(after);
        }
    }

    @Test
    void equalTreesNeedNoOperation() {
        JsonNode tree = tree(new Random(2), 4);
        assertThat(JsonPatch.between(tree, tree.deepCopy())).isEmpty();
    }

    private static JsonNode tree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(3));
            case 3 -> NODES.textNode(NAMES[random.nextInt(NAMES.length)]);
            case 4, 5 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    array.add(tree(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set(NAMES[random.nextInt(NAMES.length)], tree(random, depth - 1));
                }
                yield object;
            }
        };
    }
}
