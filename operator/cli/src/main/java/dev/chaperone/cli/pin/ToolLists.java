package dev.chaperone.cli.pin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.ToolDefinitions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a server lists, as digests. */
public final class ToolLists {
    private ToolLists() {}

    /**
     * @param digest null when there is none
     * @param problem why there is none; null when there is one
     */
    public record Listed(@Nullable String digest,
            @Nullable String problem) {}

    /**
     * The tools of a saved answer to {@code tools/list}: the whole message, its result, or the list alone.
     *
     * @throws IOException when it is none
     */
    public static List<JsonNode> saved(byte[] json) throws IOException {
        JsonNode root = JsonTrees.readEveryDigit(json);
        JsonNode result = root.has("result") ? root.path("result") : root;
        if (result.hasNonNull("nextCursor")) {
            throw new IOException("it is one page of several: put the tools of all pages into one list");
        }
        return tools(result.has("tools") ? result.path("tools") : result);
    }

    static List<JsonNode> tools(JsonNode list) throws IOException {
        if (!(list instanceof ArrayNode)) {
            throw new IOException("it lists no tools");
        }
        List<JsonNode> tools = new ArrayList<>();
        list.forEach(tools::add);
        return tools;
    }

    /** The digest of each tool, by its name. */
    public static SortedMap<String, Listed> digests(List<JsonNode> tools) {
        SortedMap<String, Listed> digests = new TreeMap<>();
        for (JsonNode tool : tools) {
            String name = tool.path("name").textValue();
            if (name != null) {
                digests.merge(name, digest(tool), (_, _) -> new Listed(null, "the server lists it more than once"));
            }
        }
        return digests;
    }

    private static Listed digest(JsonNode tool) {
        try {
            return new Listed(ToolDefinitions.digest(tool), null);
        } catch (IllegalArgumentException e) {
            return new Listed(null, "its definition cannot be pinned: " + e.getMessage());
        }
    }
}
