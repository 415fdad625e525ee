package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.Value.ObjectReading;
import dev.chaperone.config.Value.Reading;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The members of an object, which are asked for by name; one that nobody asks for is refused. */
final class Members {
    private final ObjectNode node;
    private final Place place;
    private final Set<String> asked = new HashSet<>();

    Members(ObjectNode node, Place place) {
        this.node = node;
        this.place = place;
    }

    String text(String name) throws BundleException {
        return required(name).text();
    }

    @Nullable
    String optionalText(String name) throws BundleException {
        Value value = optional(name);
        return value == null ? null : value.text();
    }

    int integer(String name) throws BundleException {
        return required(name).integer();
    }

    boolean flag(String name) throws BundleException {
        return required(name).flag();
    }

    <E extends Enum<E>> E named(String name, E[] constants) throws BundleException {
        return required(name).named(constants);
    }

    <E extends Enum<E>> @Nullable E optionalNamed(String name, E[] constants) throws BundleException {
        Value value = optional(name);
        return value == null ? null : value.named(constants);
    }

    <T> T object(String name, ObjectReading<T> reading) throws BundleException {
        return required(name).object(reading);
    }

    /** A list that may be left out when it is empty. */
    <T> List<T> list(String name, Reading<T> reading) throws BundleException {
        Value value = optional(name);
        return value == null ? List.of() : value.list(reading);
    }

    List<String> texts(String name) throws BundleException {
        return list(name, Value::text);
    }

    <T> List<T> objects(String name, ObjectReading<T> reading) throws BundleException {
        List<T> list = optionalObjects(name, reading);
        return list == null ? List.of() : list;
    }

    <T> @Nullable List<T> optionalObjects(String name, ObjectReading<T> reading) throws BundleException {
        Value value = optional(name);
        return value == null ? null : value.list(element -> element.object(reading));
    }

    /** A map that may be left out when it is empty. */
    <T> SortedMap<String, T> map(String name, Reading<T> reading) throws BundleException {
        Value value = optional(name);
        return value == null ? Collections.emptySortedMap() : value.map(reading);
    }

    /** Whatever stands there, null as well. */
    @Nullable
    JsonNode anything(String name) {
        asked.add(name);
        return node.get(name);
    }

    private Value required(String name) throws BundleException {
        Value value = optional(name);
        if (value == null) {
            throw place.refuses("has no " + name);
        }
        return value;
    }

    private @Nullable Value optional(String name) {
        JsonNode value = anything(name);
        return value == null || value.isNull() ? null : new Value(value, place.in(name));
    }

    void refuseOthers() throws BundleException {
        for (var member : node.properties()) {
            if (!asked.contains(member.getKey())) {
                throw place.in(member.getKey()).refuses("is not known");
            }
        }
    }
}
