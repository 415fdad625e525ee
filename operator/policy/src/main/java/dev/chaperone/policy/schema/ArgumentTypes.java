package dev.chaperone.policy.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.ArgumentSchema.JsonType;
import dev.chaperone.policy.schema.ValueType.ListOf;
import dev.chaperone.policy.schema.ValueType.MapOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What input schemas say of the type of {@code args}. */
public final class ArgumentTypes {
    private ArgumentTypes() {}

    /**
     * The type of a value that fits a schema. Objects with known members are open in JSON Schema unless they say
     * otherwise, and yet only the known members can be named here: that is what finds misspelt fields.
     */
    public static ValueType of(ArgumentSchema schema) {
        if (!schema.anyOf().isEmpty()) {
            return Scalar.DYN;
        }
        Set<JsonType> types = schema.types();
        if (types.equals(EnumSet.of(JsonType.INTEGER, JsonType.NUMBER))) {
            return Scalar.DOUBLE;
        }
        if (types.isEmpty()) {
            return untyped(schema);
        }
        if (types.size() > 1) {
            return Scalar.DYN;
        }
        return switch (types.iterator().next()) {
            case NULL -> Scalar.NULL;
            case BOOLEAN -> Scalar.BOOL;
            case INTEGER -> Scalar.INT;
            case NUMBER -> Scalar.DOUBLE;
            case STRING -> Scalar.STRING;
            case ARRAY -> new ListOf(schema.items() == null ? Scalar.DYN : of(schema.items()));
            case OBJECT -> object(schema);
        };
    }

    /** The type of a value that has one of two types: fields of either may be named, contradictions are dyn. */
    public static ValueType union(ValueType one, ValueType other) {
        if (one.equals(other)) {
            return one;
        }
        if (one instanceof Struct(var fields) && other instanceof Struct(var more)) {
            SortedMap<String, ValueType> all = new TreeMap<>(fields);
            more.forEach((name, type) -> all.merge(name, type, ArgumentTypes::union));
            return new Struct(all);
        }
        if (one instanceof ListOf(var element) && other instanceof ListOf(var otherElement)) {
            return new ListOf(union(element, otherElement));
        }
        if (one instanceof MapOf(var key, var value) && other instanceof MapOf(var otherKey, var otherValue)) {
            return new MapOf(union(key, otherKey), union(value, otherValue));
        }
        return Scalar.DYN;
    }

    private static ValueType untyped(ArgumentSchema schema) {
        if (!schema.properties().isEmpty()) {
            return object(schema);
        }
        boolean strings = !schema.values().isEmpty() && schema.values().stream().allMatch(JsonNode::isTextual);
        return strings ? Scalar.STRING : Scalar.DYN;
    }

    private static ValueType object(ArgumentSchema schema) {
        if (schema.properties().isEmpty() && !schema.closed()) {
            ArgumentSchema others = schema.additionalProperties();
            return new MapOf(Scalar.STRING, others == null ? Scalar.DYN : of(others));
        }
        SortedMap<String, ValueType> fields = new TreeMap<>();
        schema.properties().forEach((name, property) -> fields.put(name, of(property)));
        return new Struct(fields);
    }
}
