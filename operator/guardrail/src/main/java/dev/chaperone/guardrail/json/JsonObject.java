package dev.chaperone.guardrail.json;

import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An unmodifiable JSON object whose members keep their order. Values are {@link JsonObject}, {@link JsonArray}, {@link String},
 * {@link Boolean}, {@link Long}, {@link Double} and {@link dev.cel.common.values.NullValue#NULL_VALUE}.
 *
 * <p>It is a CEL value, so CEL takes it as it is instead of walking and copying it at every access.
 */
public final class JsonObject extends CelValue implements Map<String, Object> {
    /** The object without members. */
    public static final JsonObject EMPTY = new JsonObject(new LinkedHashMap<>());

    private static final CelType TYPE = MapType.create(SimpleType.STRING, SimpleType.DYN);

    @SuppressWarnings("Immutable") // nobody else holds the map
    private final Map<String, Object> members;

    private JsonObject(Map<String, Object> members) {
        this.members = Collections.unmodifiableMap(members);
    }

    /** An object that takes the map over: the caller must not change it any more. */
    static JsonObject owning(Map<String, Object> members) {
        return new JsonObject(members);
    }

    /** An object with these members, which must be JSON values as the class describes them. */
    public static JsonObject copyOf(Map<String, ?> members) {
        return members instanceof JsonObject object ? object : new JsonObject(new LinkedHashMap<>(members));
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return members.isEmpty();
    }

    @Override
    public CelType celType() {
        return TYPE;
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public boolean containsKey(Object key) {
        return members.containsKey(key);
    }

    @Override
    public boolean containsValue(Object value) {
        return members.containsValue(value);
    }

    @Override
    public @Nullable Object get(Object key) {
        Object value = members.get(key);
        if (value == null) {
            WorkMeter.charge(WorkMeter.MISS);
        }
        return value;
    }

    @Override
    public Set<String> keySet() {
        return members.keySet();
    }

    @Override
    public Collection<Object> values() {
        return members.values();
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return WorkMeter.bound() == null ? members.entrySet() : new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, Object>> iterator() {
                return MeteredIterator.of(members.entrySet().iterator());
            }

            @Override
            public int size() {
                return members.size();
            }
        };
    }

    @Override
    public @Nullable Object put(String key, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable Object remove(Object key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putAll(Map<? extends String, ?> map) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other == this) {
            return true;
        }
        WorkMeter.charge((long) WorkMeter.ITEM * members.size());
        return members.equals(other);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    /** Says how many members there are, never which: values are payload. */
    @Override
    public String toString() {
        return "JsonObject(" + members.size() + ")";
    }
}
