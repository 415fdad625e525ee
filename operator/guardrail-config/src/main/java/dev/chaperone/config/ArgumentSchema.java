package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a tool's arguments: the part of JSON Schema (2020-12) that says which members there are and of which
 * type. Policies are type-checked against it, and arguments that do not fit it are denied before any rule runs.
 *
 * <p>The keywords read are {@code type}, {@code properties}, {@code required}, {@code additionalProperties},
 * {@code items}, {@code enum}, {@code const}, {@code anyOf}, {@code oneOf} (as {@code anyOf}), and {@code $ref} into the same
 * document. Everything else, such as lengths, ranges and formats, narrows values further and stays the tool server's
 * duty; it never makes a value fit that does not fit here.
 *
 * @param types the permitted types; empty for all
 * @param properties known members
 * @param required members that must be present
 * @param closed whether members other than {@code properties} are forbidden
 * @param additionalProperties what other members must fit; null for anything
 * @param items what array elements must fit; null for anything
 * @param values the permitted values; empty for all
 * @param anyOf at least one of these must fit as well; empty for no such demand
 */
public record ArgumentSchema(
        Set<JsonType> types,
        SortedMap<String, ArgumentSchema> properties,
        SortedSet<String> required,
        boolean closed,
        @Nullable ArgumentSchema additionalProperties,
        @Nullable ArgumentSchema items,
        List<JsonNode> values,
        List<ArgumentSchema> anyOf) {
    /** The types of JSON Schema. */
    public enum JsonType {
        NULL, BOOLEAN, INTEGER, NUMBER, STRING, ARRAY, OBJECT;

        static @Nullable JsonType named(String name) {
            return switch (name) {
                case "null" -> NULL;
                case "boolean" -> BOOLEAN;
                case "integer" -> INTEGER;
                case "number" -> NUMBER;
                case "string" -> STRING;
                case "array" -> ARRAY;
                case "object" -> OBJECT;
                default -> null;
            };
        }
    }

    /** Schemas nested deeper than this are refused, as are arguments: see the guardrail's limits. */
    public static final int MAX_DEPTH = 32;

    /** Fits every value. */
    public static final ArgumentSchema ANYTHING = new ArgumentSchema(
            Set.of(), Collections.emptySortedMap(), Collections.emptySortedSet(), false, null, null, List.of(),
            List.of());

    public ArgumentSchema {
        types = types.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(types));
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
        required = Collections.unmodifiableSortedSet(new TreeSet<>(required));
        values = List.copyOf(values);
        anyOf = List.copyOf(anyOf);
    }

    /**
     * Reads a JSON Schema.
     *
     * @throws IllegalArgumentException when it is not one that this reads, with the JSON pointer of the place
     */
    public static ArgumentSchema parse(JsonNode schema) {
        return new Reader(schema).read(schema, "", 0, new LinkedHashSet<>());
    }

    private record Reader(JsonNode document) {
        ArgumentSchema read(JsonNode schema, String at, int depth, Set<String> following) {
            if (depth > MAX_DEPTH) {
                throw problem(at, "nested deeper than " + MAX_DEPTH);
            }
            if (schema.isBoolean() && schema.booleanValue()) {
                return ANYTHING;
            }
            if (!schema.isObject()) {
                throw problem(at, "a schema is an object or true");
            }
            JsonNode ref = schema.get("$ref");
            if (ref != null) {
                return follow(ref, at, depth, following);
            }
            Set<JsonType> types = types(schema.get("type"), at + "/type");
            SortedMap<String, ArgumentSchema> properties = new TreeMap<>();
            object(schema, "properties", at).forEachEntry((name, property) -> properties
                    .put(name, read(property, at + "/properties/" + name, depth + 1, following)));
            SortedSet<String> required = new TreeSet<>();
            for (JsonNode name : array(schema, "required", at)) {
                if (!name.isTextual()) {
                    throw problem(at + "/required", "names are strings");
                }
                required.add(name.textValue());
            }
            JsonNode additional = schema.path("additionalProperties");
            JsonNode items = schema.get("items");
            List<JsonNode> values = new ArrayList<>();
            array(schema, "enum", at).forEach(values::add);
            if (schema.has("const")) {
                values.add(schema.get("const"));
            }
            List<ArgumentSchema> anyOf = new ArrayList<>();
            for (String keyword : List.of("anyOf", "oneOf")) {
                for (JsonNode option : array(schema, keyword, at)) {
                    anyOf.add(read(option, at + "/" + keyword, depth + 1, following));
                }
            }
            boolean closed = additional.isBoolean() && !additional.booleanValue();
            return new ArgumentSchema(
                    types,
                    properties,
                    required,
                    closed,
                    closed || additional.isMissingNode()
                            ? null
                            : read(additional, at + "/additionalProperties", depth + 1, following),
                    items == null ? null : read(items, at + "/items", depth + 1, following),
                    values,
                    anyOf);
        }

        // A reference that leads back to itself describes a tree of any depth: below it anything fits here.
        private ArgumentSchema follow(JsonNode ref, String at, int depth, Set<String> following) {
            String target = ref.asText();
            if (!target.startsWith("#/")) {
                throw problem(at + "/$ref",
                        "only references into the same document are followed, not '" + target + "'");
            }
            JsonNode found = document.at(target.substring(1));
            if (found.isMissingNode()) {
                throw problem(at + "/$ref", "nothing is at '" + target + "'");
            }
            if (!following.add(target)) {
                return ANYTHING;
            }
            ArgumentSchema schema = read(found, target, depth + 1, following);
            following.remove(target);
            return schema;
        }

        private static Set<JsonType> types(@Nullable JsonNode type, String at) {
            Set<JsonType> types = EnumSet.noneOf(JsonType.class);
            if (type == null) {
                return types;
            }
            for (JsonNode name : type.isArray() ? type : List.of(type)) {
                JsonType known = name.isTextual() ? JsonType.named(name.textValue()) : null;
                if (known == null) {
                    throw problem(at, name + " is not a type of JSON Schema");
                }
                types.add(known);
            }
            return types;
        }

        private static JsonNode object(JsonNode schema, String keyword, String at) {
            JsonNode value = schema.path(keyword);
            if (!value.isMissingNode() && !value.isObject()) {
                throw problem(at + "/" + keyword, "is an object");
            }
            return value;
        }

        private static JsonNode array(JsonNode schema, String keyword, String at) {
            JsonNode value = schema.path(keyword);
            if (!value.isMissingNode() && !value.isArray()) {
                throw problem(at + "/" + keyword, "is an array");
            }
            return value;
        }

        private static IllegalArgumentException problem(String at, String what) {
            return new IllegalArgumentException((at.isEmpty() ? "/" : at) + ": " + what);
        }
    }
}
