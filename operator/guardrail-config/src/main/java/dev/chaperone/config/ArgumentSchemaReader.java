package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.ArgumentSchema.JsonType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads one JSON Schema. What would have to be read laxer than it is meant is refused. */
final class ArgumentSchemaReader {
    private static final String ROOT = "#";
    // Also of what is not read: it travels along, and readers of JSON have limits of their own.
    private static final int MAX_DOCUMENT_DEPTH = 200;

    private final JsonNode document;
    private final Set<String> following = new HashSet<>(Set.of(ROOT));
    private int parts;

    ArgumentSchemaReader(JsonNode document) {
        this.document = document;
    }

    ArgumentSchema read() {
        if (isDeeper(document, MAX_DOCUMENT_DEPTH)) {
            throw problem("", "nested deeper than " + MAX_DOCUMENT_DEPTH);
        }
        return read(document, "", 0);
    }

    private static boolean isDeeper(JsonNode node, int levels) {
        return node.isContainerNode()
                && (levels == 0 || node.valueStream().anyMatch(child -> isDeeper(child, levels - 1)));
    }

    private ArgumentSchema read(JsonNode schema, String at, int depth) {
        count(at, depth);
        if (schema.isBoolean() && schema.booleanValue()) {
            return ArgumentSchema.ANYTHING;
        }
        if (schema.isBoolean()) {
            throw problem(at, "nothing fits false; only additionalProperties may be false");
        }
        if (!schema.isObject()) {
            throw problem(at, "a schema is an object or true");
        }
        ArgumentSchema read = ownKeywords(schema, at, depth);
        if (schema.has("$ref")) {
            read = and(read, List.of(follow(schema.path("$ref"), at + "/$ref", depth)), at, depth);
        }
        for (JsonNode part : some(schema, "allOf", at)) {
            read = and(read, List.of(read(part, at + "/allOf", depth + 1)), at, depth);
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            List<ArgumentSchema> options = new ArrayList<>();
            for (JsonNode option : some(schema, keyword, at)) {
                options.add(read(option, at + "/" + keyword, depth + 1));
            }
            if (!options.isEmpty()) {
                read = and(read, options, at, depth);
            }
        }
        return read;
    }

    private ArgumentSchema ownKeywords(JsonNode schema, String at, int depth) {
        SortedMap<String, ArgumentSchema> properties = new TreeMap<>();
        object(schema, "properties", at).forEachEntry((name, property) -> properties
                .put(name, read(property, at + "/properties/" + escaped(name), depth + 1)));
        SortedSet<String> required = new TreeSet<>();
        for (JsonNode name : array(schema, "required", at)) {
            if (!name.isTextual()) {
                throw problem(at + "/required", "names are strings");
            }
            required.add(name.textValue());
        }
        JsonNode additional = schema.path("additionalProperties");
        boolean closed = additional.isBoolean() && !additional.booleanValue();
        JsonNode items = schema.get("items");
        var own = new ArgumentSchema(
                types(schema.get("type"), at + "/type"),
                properties,
                required,
                closed,
                closed || additional.isMissingNode()
                        ? null
                        : read(additional, at + "/additionalProperties", depth + 1),
                items == null ? null : read(items, at + "/items", depth + 1),
                values(schema, at),
                List.of());
        return own.equals(ArgumentSchema.ANYTHING) ? ArgumentSchema.ANYTHING : own;
    }

    /** What fits the schema and one of the options as well. */
    private ArgumentSchema and(ArgumentSchema schema, List<ArgumentSchema> options, String at, int depth) {
        count(at, depth);
        if (schema.equals(ArgumentSchema.ANYTHING) && options.size() == 1) {
            return options.getFirst();
        }
        List<ArgumentSchema> both = schema.anyOf().isEmpty()
                ? options
                : schema.anyOf().stream().map(one -> and(one, options, at, depth + 1)).toList();
        return new ArgumentSchema(schema.types(), schema.properties(), schema.required(), schema.closed(),
                schema.additionalProperties(), schema.items(), schema.values(), both);
    }

    private void count(String at, int depth) {
        if (depth > ArgumentSchema.MAX_DEPTH) {
            throw problem(at, "nested deeper than " + ArgumentSchema.MAX_DEPTH);
        }
        if (++parts > ArgumentSchema.MAX_PARTS) {
            throw problem(at, "more than " + ArgumentSchema.MAX_PARTS + " parts once references are followed");
        }
    }

    // A reference that leads back to itself describes a tree of any depth: below it anything fits here.
    private ArgumentSchema follow(JsonNode ref, String at, int depth) {
        String target = ref.asText();
        if (!target.equals(ROOT) && !target.startsWith(ROOT + "/")) {
            throw problem(at, "only references into the same document are followed, not '" + target + "'");
        }
        JsonNode found = document.at(target.substring(1));
        if (found.isMissingNode()) {
            throw problem(at, "nothing is at '" + target + "'");
        }
        if (!following.add(target)) {
            return ArgumentSchema.ANYTHING;
        }
        ArgumentSchema schema = read(found, target, depth + 1);
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
                throw problem(at, written(name) + " is not a type of JSON Schema");
            }
            types.add(known);
        }
        if (types.isEmpty()) {
            throw problem(at, "is empty, so nothing would fit");
        }
        return types;
    }

    private static List<JsonNode> values(JsonNode schema, String at) {
        List<JsonNode> values = new ArrayList<>();
        some(schema, "enum", at).forEach(values::add);
        JsonNode constant = schema.get("const");
        if (constant == null) {
            return values;
        }
        if (schema.has("enum") && values.stream().noneMatch(value -> same(value, constant))) {
            throw problem(at + "/const", "is not in the enum beside it, so nothing would fit");
        }
        return List.of(constant);
    }

    // JSON knows one kind of number: 1 and 1.0 are the same.
    private static boolean same(JsonNode one, JsonNode other) {
        return one.equals((a, b) -> a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0
                ? 0
                : a.equals(b) ? 0 : 1, other);
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

    /** As {@link #array}, of a keyword that demands one element at least. */
    private static JsonNode some(JsonNode schema, String keyword, String at) {
        JsonNode value = array(schema, keyword, at);
        if (value.isArray() && value.isEmpty()) {
            throw problem(at + "/" + keyword, "is empty, so nothing would fit");
        }
        return value;
    }

    private static String written(JsonNode node) {
        try {
            return new String(JsonTrees.write(node), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "this";
        }
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static IllegalArgumentException problem(String at, String what) {
        return new IllegalArgumentException((at.isEmpty() ? "/" : at) + ": " + what);
    }
}
