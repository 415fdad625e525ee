package dev.chaperone.guardrail.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.values.NullValue;
import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.ArgumentSchema.JsonType;
import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether arguments fit a tool's schema, and the arguments with the numbers of the types that rules were checked with:
 * CEL does not add an integer to a double, while JSON writes ten as {@code 10} for both. What needs no change stays the
 * same instance.
 */
@SuppressWarnings("ReferenceEquality") // the same instance means that nothing changed
final class Conformance {
    // Member names that the schema does not have come from the agent and are not repeated.
    private static final String UNDECLARED = "*";

    private final StringBuilder place = new StringBuilder();

    /**
     * @param value the arguments; null when they do not fit
     * @param pointer JSON pointer of the place that does not fit, declared names only; empty for the whole
     */
    record Result(@Nullable JsonObject value, String pointer) {}

    private Conformance() {}

    static Result check(ArgumentSchema schema, JsonObject arguments) {
        var check = new Conformance();
        Object conforming = check.conform(schema, arguments);
        return conforming instanceof JsonObject object
                ? new Result(object, "")
                : new Result(null, check.place.toString());
    }

    /** The conforming value; null when there is none, and then {@link #place} says where. */
    private @Nullable Object conform(ArgumentSchema schema, Object value) {
        if (schema == ArgumentSchema.ANYTHING) {
            return value;
        }
        Object typed = typed(schema.types(), value);
        if (typed == null || !permitted(schema.values(), typed)) {
            return null;
        }
        Object whole = switch (typed) {
            case JsonObject object -> members(schema, object);
            case JsonArray array when schema.items() != null -> elements(schema.items(), array);
            default -> typed;
        };
        return whole == null || schema.anyOf().isEmpty() ? whole : firstFitting(schema.anyOf(), whole);
    }

    private static @Nullable Object typed(Set<JsonType> types, Object value) {
        if (types.isEmpty()) {
            return value;
        }
        return switch (value) {
            case Long number when types.contains(JsonType.NUMBER) -> (Object) number.doubleValue();
            case Long number -> types.contains(JsonType.INTEGER) ? number : null;
            case Double number when types.contains(JsonType.NUMBER) -> number;
            case Double number ->
                types.contains(JsonType.INTEGER) && Numbers.isExactInteger(number) ? (Object) number.longValue() : null;
            case String text -> types.contains(JsonType.STRING) ? text : null;
            case Boolean bool -> types.contains(JsonType.BOOLEAN) ? bool : null;
            case JsonObject object -> types.contains(JsonType.OBJECT) ? object : null;
            case JsonArray array -> types.contains(JsonType.ARRAY) ? array : null;
            case NullValue none -> types.contains(JsonType.NULL) ? none : null;
            default -> null;
        };
    }

    private @Nullable JsonObject members(ArgumentSchema schema, JsonObject object) {
        for (String name : schema.required()) {
            if (!object.containsKey(name)) {
                fail(name);
                return null;
            }
        }
        Map<String, Object> changed = null;
        for (Map.Entry<String, Object> member : object.entrySet()) {
            ArgumentSchema declared = schema.properties().get(member.getKey());
            if (declared == null && (schema.closed() || resemblesDeclared(schema, member.getKey()))) {
                fail(UNDECLARED);
                return null;
            }
            ArgumentSchema fitting = declared != null ? declared : schema.additionalProperties();
            if (fitting == null) {
                continue;
            }
            Object conforming = conform(fitting, member.getValue());
            if (conforming == null) {
                fail(declared == null ? UNDECLARED : member.getKey());
                return null;
            }
            if (conforming != member.getValue()) {
                changed = changed == null ? new LinkedHashMap<>(object) : changed;
                changed.put(member.getKey(), conforming);
            }
        }
        return changed == null ? object : JsonObject.copyOf(changed);
    }

    // Some servers take members without regard to case, and would read this one for that which rules were written for.
    private static boolean resemblesDeclared(ArgumentSchema schema, String name) {
        for (String declared : schema.properties().keySet()) {
            if (declared.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable JsonArray elements(ArgumentSchema items, JsonArray array) {
        List<Object> changed = null;
        for (int i = 0; i < array.size(); i++) {
            Object conforming = conform(items, array.get(i));
            if (conforming == null) {
                fail(Integer.toString(i));
                return null;
            }
            if (conforming != array.get(i)) {
                changed = changed == null ? new ArrayList<>(array) : changed;
                changed.set(i, conforming);
            }
        }
        return changed == null ? array : JsonArray.copyOf(changed);
    }

    private @Nullable Object firstFitting(List<ArgumentSchema> options, Object value) {
        for (ArgumentSchema option : options) {
            Object conforming = conform(option, value);
            if (conforming != null) {
                return conforming;
            }
            place.setLength(0); // which option was meant is not known, so neither is a place inside it
        }
        return null;
    }

    // The place is put together on the way out, so that what fits costs nothing.
    private void fail(String segment) {
        place.insert(0, "/" + segment.replace("~", "~0").replace("/", "~1"));
    }

    private static boolean permitted(List<JsonNode> values, Object value) {
        if (values.isEmpty()) {
            return true;
        }
        for (JsonNode permitted : values) {
            if (same(permitted, value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(JsonNode node, Object value) {
        return switch (value) {
            case Number number -> node.isNumber() && Numbers.compare(node.doubleValue(), number) == 0;
            case String text -> node.isTextual() && node.textValue().equals(text);
            case Boolean bool -> node.isBoolean() && node.booleanValue() == bool;
            case NullValue none -> node.isNull();
            case JsonArray array -> sameElements(node, array);
            case JsonObject object -> sameMembers(node, object);
            default -> false;
        };
    }

    private static boolean sameElements(JsonNode node, JsonArray array) {
        if (!node.isArray() || node.size() != array.size()) {
            return false;
        }
        for (int i = 0; i < array.size(); i++) {
            if (!same(node.get(i), array.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameMembers(JsonNode node, JsonObject object) {
        if (!node.isObject() || node.size() != object.size()) {
            return false;
        }
        for (Map.Entry<String, Object> member : object.entrySet()) {
            JsonNode expected = node.get(member.getKey());
            if (expected == null || !same(expected, member.getValue())) {
                return false;
            }
        }
        return true;
    }
}
