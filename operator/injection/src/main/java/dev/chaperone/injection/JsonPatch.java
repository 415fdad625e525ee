package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.zjsonpatch.DiffFlags;
import io.fabric8.zjsonpatch.JsonDiff;
import java.util.EnumSet;

/** The change from one tree to another as RFC 6902 has it. */
public final class JsonPatch {
    // Whole values only: moves and copies save nothing here and are harder to read in an audit log.
    private static final EnumSet<DiffFlags> FLAGS = EnumSet
            .of(DiffFlags.OMIT_MOVE_OPERATION, DiffFlags.OMIT_COPY_OPERATION, DiffFlags.OMIT_VALUE_ON_REMOVE);

    private JsonPatch() {}

    /**
     * The operations that make the one tree the other; none when they are equal.
     *
     * @throws IllegalStateException when no operations were found that do
     */
    public static ArrayNode between(JsonNode before, JsonNode after) {
        JsonNode operations = JsonDiff.asJson(before, after, FLAGS);
        if (!(operations instanceof ArrayNode list)
                || !io.fabric8.zjsonpatch.JsonPatch.apply(list, before).equals(after)) {
            throw new IllegalStateException("the patch does not make the wanted pod");
        }
        return list;
    }
}
