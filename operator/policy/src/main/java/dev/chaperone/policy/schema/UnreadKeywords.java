package dev.chaperone.policy.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keywords of a JSON Schema (2020-12, and what earlier drafts called otherwise) that a guardrail does not hold
 * arguments against. Whoever writes {@code maximum: 100} would believe that it is held.
 */
public final class UnreadKeywords {
    private static final Set<String> READ = Set.of("type", "properties", "required", "additionalProperties", "items",
            "enum", "const", "allOf", "anyOf", "oneOf", "$ref", "$defs", "definitions");
    // They describe and demand nothing.
    private static final Set<String> DESCRIBING = Set.of("title", "description", "default", "examples", "example",
            "deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema",
            "$schema", "$id", "id", "$comment", "$anchor", "$dynamicAnchor", "$vocabulary", "nullable");
    private static final Set<String> DEMANDING = Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
            "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "contains",
            "minContains", "maxContains", "minProperties", "maxProperties", "propertyNames", "patternProperties",
            "dependentRequired", "dependentSchemas", "dependencies", "prefixItems", "additionalItems", "not", "if",
            "then", "else", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef");
    private static final int MAX_DEPTH = 200;

    private final List<Keyword> demanding = new ArrayList<>();
    private final List<Keyword> unknown = new ArrayList<>();

    /**
     * @param name the keyword
     * @param pointer JSON pointer of the schema that it stands in
     */
    public record Keyword(String name, String pointer) {
        @Override
        public String toString() {
            return pointer.isEmpty() ? name : name + " (" + pointer + ")";
        }
    }

    private UnreadKeywords() {}

    /** The unread keywords of this schema and those in it. */
    public static UnreadKeywords of(JsonNode schema) {
        var unread = new UnreadKeywords();
        unread.look(schema, "", 0);
        return unread;
    }

    /** Those by which JSON Schema would refuse arguments that a guardrail takes. */
    public List<Keyword> demanding() {
        return demanding;
    }

    /** Those that JSON Schema does not have. */
    public List<Keyword> unknown() {
        return unknown;
    }

    /** All keywords of JSON Schema. */
    public static Set<String> known() {
        Set<String> known = new TreeSet<>(READ);
        known.addAll(DESCRIBING);
        known.addAll(DEMANDING);
        return known;
    }

    private void look(JsonNode schema, String at, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        schema.forEachEntry((keyword, value) -> {
            switch (keyword) {
                case "properties", "$defs", "definitions" -> value.forEachEntry(
                        (name, member) -> look(member, at + "/" + keyword + "/" + escaped(name), depth + 1));
                case "allOf", "anyOf", "oneOf" -> {
                    for (int i = 0; i < value.size(); i++) {
                        look(value.get(i), at + "/" + keyword + "/" + i, depth + 1);
                    }
                }
                case "items", "additionalProperties" -> look(value, at + "/" + keyword, depth + 1);
                default -> {
                    if (DEMANDING.contains(keyword)) {
                        demanding.add(new Keyword(keyword, at));
                    } else if (!READ.contains(keyword) && !DESCRIBING.contains(keyword)
                            && !keyword.startsWith("x-")) {
                        unknown.add(new Keyword(keyword, at));
                    }
                }
            }
        });
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
