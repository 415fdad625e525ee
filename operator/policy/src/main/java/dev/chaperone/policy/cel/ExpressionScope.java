package dev.chaperone.policy.cel;

import dev.chaperone.policy.schema.ValueType;
import dev.chaperone.policy.schema.ValueType.MapOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an expression can read. The guardrail binds values to the same names.
 *
 * @param arguments the type of {@code args}
 * @param variables the types of {@code variables.<name>}
 */
public record ExpressionScope(ValueType arguments, SortedMap<String, ValueType> variables) {
    private static final Map<String, ValueType> FIXED = Map.of(
            "agent",
            struct(Map.of(
                    "namespace", Scalar.STRING, "name", Scalar.STRING, "labels",
                    new MapOf(Scalar.STRING, Scalar.STRING))),
            "request", struct(Map.of("time", Scalar.TIMESTAMP)),
            "session", struct(Map.of("id", Scalar.STRING, "startedAt", Scalar.TIMESTAMP)),
            "tool", struct(Map.of("server", Scalar.STRING, "name", Scalar.STRING, "stakes", Scalar.STRING)));

    public ExpressionScope {
        variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
    }

    /** Every name that an expression can start with. */
    SortedMap<String, ValueType> names() {
        SortedMap<String, ValueType> names = new TreeMap<>(FIXED);
        names.put("args", arguments);
        names.put("variables", new Struct(variables));
        return names;
    }

    private static Struct struct(Map<String, ValueType> fields) {
        return new Struct(new TreeMap<>(fields));
    }
}
