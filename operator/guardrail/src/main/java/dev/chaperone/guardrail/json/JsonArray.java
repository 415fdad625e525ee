package dev.chaperone.guardrail.json;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An unmodifiable JSON array of the values that {@link JsonObject} describes; a CEL value for the same reason. */
public final class JsonArray extends CelValue implements List<Object>, RandomAccess {
    private static final CelType TYPE = ListType.create(SimpleType.DYN);

    @SuppressWarnings("Immutable") // nobody else holds the list
    private final List<Object> elements;

    private JsonArray(List<Object> elements) {
        this.elements = Collections.unmodifiableList(elements);
    }

    /** An array that takes the list over: the caller must not change it any more. */
    static JsonArray owning(List<Object> elements) {
        return new JsonArray(elements);
    }

    /** An array of these elements, which must be JSON values. */
    public static JsonArray copyOf(Collection<?> elements) {
        return elements instanceof JsonArray array ? array : new JsonArray(new ArrayList<>(elements));
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return elements.isEmpty();
    }

    @Override
    public CelType celType() {
        return TYPE;
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public boolean isEmpty() {
        return elements.isEmpty();
    }

    @Override
    public Object get(int index) {
        return elements.get(index);
    }

    @Override
    public boolean contains(Object value) {
        WorkMeter.charge((long) WorkMeter.ITEM * elements.size());
        return elements.contains(value);
    }

    @Override
    public boolean containsAll(Collection<?> values) {
        return elements.containsAll(values);
    }

    @Override
    public int indexOf(Object value) {
        return elements.indexOf(value);
    }

    @Override
    public int lastIndexOf(Object value) {
        return elements.lastIndexOf(value);
    }

    @Override
    public Iterator<Object> iterator() {
        return MeteredIterator.of(elements.iterator());
    }

    @Override
    public ListIterator<Object> listIterator() {
        return elements.listIterator();
    }

    @Override
    public ListIterator<Object> listIterator(int index) {
        return elements.listIterator(index);
    }

    @Override
    public List<Object> subList(int from, int to) {
        return elements.subList(from, to);
    }

    @Override
    public Object[] toArray() {
        WorkMeter.charge((long) WorkMeter.ITEM * elements.size());
        return elements.toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        WorkMeter.charge((long) WorkMeter.ITEM * elements.size());
        return elements.toArray(array);
    }

    @Override
    public boolean add(Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void add(int index, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object set(int index, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object remove(int index) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean remove(Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean addAll(Collection<?> values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean addAll(int index, Collection<?> values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean removeAll(Collection<?> values) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean retainAll(Collection<?> values) {
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
        WorkMeter.charge((long) WorkMeter.ITEM * elements.size());
        return elements.equals(other);
    }

    @Override
    public int hashCode() {
        return elements.hashCode();
    }

    /** Says how many elements there are, never which: values are payload. */
    @Override
    public String toString() {
        return "JsonArray(" + elements.size() + ")";
    }
}
