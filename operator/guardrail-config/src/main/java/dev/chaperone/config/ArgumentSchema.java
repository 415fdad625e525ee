package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.EnumSet;
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
 * {@code items}, {@code enum}, {@code const}, {@code allOf}, {@code anyOf}, {@code oneOf} (as {@code anyOf}), and {@code $ref}
 * into the same document; all that stand in one schema apply together. What is read is read no laxer than JSON Schema
 * means it, or refused. Everything else, such as lengths, ranges and formats, narrows values further and stays the tool
 * server's duty; it never makes a value fit that does not fit here.
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

    /** Schemas with more parts than this are refused: references that are followed can multiply them without end. */
    public static final int MAX_PARTS = 5_000;

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
        return new ArgumentSchemaReader(schema).read();
    }
}
