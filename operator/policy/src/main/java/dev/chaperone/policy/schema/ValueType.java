package dev.chaperone.policy.schema;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The type of a value as far as it is known before a call. Equal types have equal structure. */
public sealed interface ValueType {
    /** Types without parts. */
    enum Scalar implements ValueType {
        /** Anything: checked when the expression is evaluated. */
        DYN, BOOL, INT, UINT, DOUBLE, STRING, BYTES, NULL, TIMESTAMP, DURATION
    }

    record ListOf(ValueType element) implements ValueType {}

    record MapOf(ValueType key, ValueType value) implements ValueType {}

    record OptionalOf(ValueType value) implements ValueType {}

    /** An object of which all fields that an expression may name are known. */
    record Struct(SortedMap<String, ValueType> fields) implements ValueType {
        public Struct {
            fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
        }
    }
}
