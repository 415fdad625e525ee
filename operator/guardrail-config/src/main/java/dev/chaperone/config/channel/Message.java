package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One JSON object, whose members are read as what they have to be and as nothing that resembles it. */
record Message(ObjectNode tree) {
    private static final int MAX_FORMATS = 64;
    private static final int MAX_NAME = 253;
    private static final int MAX_LEASES = 64;
    // No grace is longer than a week.
    private static final Duration LONGEST_LEASE = Duration.ofDays(31);
    // What comes of adding more to a time is no time that anybody can write.
    private static final Duration LONGEST = Duration.ofDays(366);
    // So that sums of them, and a hundred times as much, are numbers too.
    private static final long MOST = (1L << 53) - 1;
    private static final int MAX_TEXT = 4096;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern SUBDOMAIN = Pattern
            .compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern REQUIREMENT = Pattern.compile("[a-z][A-Za-z0-9.-]{0,62}");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static void put(ObjectNode tree, String name, @Nullable String value) {
        if (value != null) {
            tree.put(name, value);
        }
    }

    static byte[] bytes(ObjectNode tree) {
        try {
            return JsonTrees.write(tree);
        } catch (IOException e) {
            throw new IllegalArgumentException("a message has text that UTF-8 does not have");
        }
    }

    static Message of(byte[] bytes) throws MessageException {
        if (bytes.length > ChannelPaths.MAX_MESSAGE_BYTES) {
            throw new MessageException("larger than " + ChannelPaths.MAX_MESSAGE_BYTES + " bytes");
        }
        try {
            if (JsonTrees.read(bytes) instanceof ObjectNode tree) {
                return new Message(tree);
            }
        } catch (IOException e) {
            // What the parser says may quote a credential.
            throw new MessageException("not JSON");
        }
        throw new MessageException("not an object");
    }

    String uuid(String name) throws MessageException {
        return matching(name, UUID, "no UUID");
    }

    String digest(String name) throws MessageException {
        return matching(name, DIGEST, "no digest");
    }

    @Nullable
    String optionalDigest(String name) throws MessageException {
        JsonNode value = tree.get(name);
        return value == null || value.isNull() ? null : digest(name);
    }

    String matching(String name, Pattern pattern, String otherwise) throws MessageException {
        String text = text(name, required(name));
        if (!pattern.matcher(text).matches()) {
            throw new MessageException(name + ": " + otherwise);
        }
        return text;
    }

    /** {@code namespace/name}. */
    String agent(String name) throws MessageException {
        String text = text(name, required(name));
        int slash = text.indexOf('/');
        if (slash < 0 || !isSubdomain(text.substring(0, slash)) || !isSubdomain(text.substring(slash + 1))) {
            throw new MessageException(name + ": not namespace/name");
        }
        return text;
    }

    boolean flag(String name) throws MessageException {
        JsonNode value = required(name);
        if (!value.isBoolean()) {
            throw new MessageException(name + ": neither true nor false");
        }
        return value.booleanValue();
    }

    long number(String name, long least) throws MessageException {
        JsonNode value = required(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < least
                || value.longValue() > MOST) {
            throw new MessageException(name + ": no integer from " + least + " to " + MOST);
        }
        return value.longValue();
    }

    /** In milliseconds. */
    Duration duration(String name) throws MessageException {
        Duration duration = Duration.ofMillis(number(name, 0));
        if (duration.compareTo(LONGEST) > 0) {
            throw new MessageException(name + ": longer than " + LONGEST);
        }
        return duration;
    }

    @Nullable
    Message optionalObject(String name) throws MessageException {
        JsonNode value = tree.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value instanceof ObjectNode object) {
            return new Message(object);
        }
        throw new MessageException(name + ": no object");
    }

    /** The objects of a list, of which no more than the first are looked at; none when nothing is said of any. */
    List<Message> firstObjects(String name, int most) throws MessageException {
        JsonNode value = tree.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        List<Message> objects = new ArrayList<>();
        for (int i = 0; i < Math.min(value.size(), most); i++) {
            if (!(value.get(i) instanceof ObjectNode object)) {
                throw new MessageException(name + ": no list of objects");
            }
            objects.add(new Message(object));
        }
        if (!value.isArray()) {
            throw new MessageException(name + ": no list of objects");
        }
        return objects;
    }

    String text(String name) throws MessageException {
        String text = text(name, required(name));
        if (text.length() > MAX_TEXT) {
            throw new MessageException(name + ": longer than " + MAX_TEXT);
        }
        return text;
    }

    @Nullable
    String optionalText(String name) throws MessageException {
        return tree.hasNonNull(name) ? text(name) : null;
    }

    /** Names of oversight requirements; none when nothing is said of any. */
    List<String> requirements(String name) throws MessageException {
        JsonNode value = tree.get(name);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > MAX_LEASES) {
            throw new MessageException(name + ": no list of at most " + MAX_LEASES);
        }
        List<String> names = new ArrayList<>();
        for (JsonNode element : value) {
            names.add(requirement(name, text(name, element)));
        }
        return names;
    }

    /** How long each requirement is known to hold; none when nothing is said of any. */
    SortedMap<String, Duration> leases(String name) throws MessageException {
        SortedMap<String, Duration> leases = new TreeMap<>();
        Message all = optionalObject(name);
        if (all == null) {
            return leases;
        }
        if (all.tree.size() > MAX_LEASES) {
            throw new MessageException(name + ": more than " + MAX_LEASES);
        }
        for (Map.Entry<String, JsonNode> member : all.tree.properties()) {
            Duration length = all.duration(member.getKey());
            if (length.compareTo(LONGEST_LEASE) > 0) {
                throw new MessageException(name + ": longer than " + LONGEST_LEASE);
            }
            leases.put(requirement(name, member.getKey()), length);
        }
        return leases;
    }

    private static String requirement(String name, String text) throws MessageException {
        if (!REQUIREMENT.matcher(text).matches()) {
            throw new MessageException(name + ": no name of a requirement");
        }
        return text;
    }

    List<Integer> integers(String name) throws MessageException {
        JsonNode value = required(name);
        if (!value.isArray() || value.size() > MAX_FORMATS) {
            throw new MessageException(name + ": no list of at most " + MAX_FORMATS);
        }
        List<Integer> list = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                throw new MessageException(name + ": not integers");
            }
            list.add(element.intValue());
        }
        return list;
    }

    Map<String, String> texts(String name) throws MessageException {
        if (!(required(name) instanceof ObjectNode object)) {
            throw new MessageException(name + ": no object");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            texts.put(member.getKey(), text(name, member.getValue()));
        }
        return texts;
    }

    private JsonNode required(String name) throws MessageException {
        JsonNode value = tree.get(name);
        if (value == null || value.isNull()) {
            throw new MessageException("has no " + name);
        }
        return value;
    }

    private static String text(String name, JsonNode value) throws MessageException {
        if (!value.isTextual()) {
            throw new MessageException(name + ": no string");
        }
        // It could not be told on: UTF-8 does not have it.
        if (value.textValue().codePoints()
                .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new MessageException(name + ": no Unicode");
        }
        return value.textValue();
    }

    /** A DNS subdomain as RFC 1123 has it, which Kubernetes names most things by. */
    static boolean isSubdomain(String name) {
        return name.length() <= MAX_NAME && SUBDOMAIN.matcher(name).matches();
    }
}
