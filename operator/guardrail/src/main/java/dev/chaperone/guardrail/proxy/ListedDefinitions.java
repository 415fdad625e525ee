package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.chaperone.config.ToolDefinitions;
import dev.chaperone.config.channel.ChangedDefinition;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a list of tools says of some of them, however many pages it has. */
final class ListedDefinitions {
    private final Set<String> wanted;
    private final Map<String, String> found = new HashMap<>();

    /** @param wanted names of the tools that matter */
    ListedDefinitions(Set<String> wanted) {
        this.wanted = new TreeSet<>(wanted);
    }

    /** Adds a page. */
    void add(ArrayNode tools) {
        for (JsonNode tool : tools) {
            String name = tool.path("name").textValue();
            if (name != null && wanted.contains(name)) {
                // Clients take the first of two or the last.
                found.merge(name, digest(tool), (_, _) -> ChangedDefinition.AMBIGUOUS);
            }
        }
    }

    private static String digest(JsonNode tool) {
        try {
            return ToolDefinitions.digest(tool);
        } catch (IllegalArgumentException e) {
            return ChangedDefinition.UNREADABLE;
        }
    }

    /** The digest of each tool that was listed, or why there is none. */
    Map<String, String> found() {
        return Collections.unmodifiableMap(found);
    }

    /** As {@link #found}, with those that the whole list does not have. */
    Map<String, String> all() {
        Map<String, String> all = new HashMap<>(found);
        wanted.forEach(name -> all.putIfAbsent(name, ChangedDefinition.MISSING));
        return all;
    }
}
