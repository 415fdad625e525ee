package dev.chaperone.config;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A value of a document, read as what it has to be and as nothing that resembles it. */
record Value(JsonNode node, Place place) {
    /** Reads one kind of value. */
    interface Reading<T> {
        T of(Value value) throws BundleException;
    }

    /** Reads the members of one kind of object. */
    interface ObjectReading<T> {
        T of(Members members) throws BundleException;
    }

    String text() throws BundleException {
        if (!node.isTextual()) {
            throw place.refuses("is no string");
        }
        return node.textValue();
    }

    int integer() throws BundleException {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw place.refuses("is no integer of 32 bits");
        }
        return node.intValue();
    }

    boolean flag() throws BundleException {
        if (!node.isBoolean()) {
            throw place.refuses("is neither true nor false");
        }
        return node.booleanValue();
    }

    byte[] bytes() throws BundleException {
        try {
            return Base64Variants.MIME_NO_LINEFEEDS.decode(text());
        } catch (IllegalArgumentException e) {
            throw place.refuses("is no Base64");
        }
    }

    <E extends Enum<E>> E named(E[] constants) throws BundleException {
        E named = WireNames.find(constants, text());
        if (named == null) {
            throw place.refuses("'" + text() + "' is not known");
        }
        return named;
    }

    <T> T object(ObjectReading<T> reading) throws BundleException {
        Members members = new Members(members(), place);
        T read = reading.of(members);
        members.refuseOthers();
        return read;
    }

    <T> List<T> list(Reading<T> reading) throws BundleException {
        if (!node.isArray()) {
            throw place.refuses("is no array");
        }
        List<T> list = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            list.add(reading.of(new Value(element, place.in(list.size()))));
        }
        return list;
    }

    <T> SortedMap<String, T> map(Reading<T> reading) throws BundleException {
        SortedMap<String, T> map = new TreeMap<>();
        for (Map.Entry<String, JsonNode> member : members().properties()) {
            map.put(member.getKey(), reading.of(new Value(member.getValue(), place.in(member.getKey()))));
        }
        return map;
    }

    private ObjectNode members() throws BundleException {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw place.refuses("is no object");
    }
}
