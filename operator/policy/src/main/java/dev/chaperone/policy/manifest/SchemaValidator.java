package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.chaperone.policy.Paths;
import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * Checks a tree against a schema as an API server with strict validation does, in its words, and tells everything that
 * is wrong instead of stopping at the first stage. Stricter in one thing: the API server drops a null and takes the
 * field for absent, so that a rule with an empty {@code when:} would match every call; here it is refused.
 */
final class SchemaValidator {
    private final Problems problems;

    SchemaValidator(Problems problems) {
        this.problems = problems;
    }

    void validate(Schema schema, Node node, String path) {
        int before = problems.size();
        if (!hasType(schema, node, path)) {
            return;
        }
        switch (node) {
            case Mapping mapping -> mapping(schema, mapping, path);
            case Sequence sequence -> sequence(schema, sequence, path);
            case Scalar scalar -> scalar(schema, scalar, path);
        }
        // A rule about something that is broken anyway would only blame the same mistake again.
        if (problems.size() == before && !schema.rules().isEmpty()) {
            rules(schema, node, path);
        }
    }

    private boolean hasType(Schema schema, Node node, String path) {
        if (node instanceof Scalar scalar && scalar.meaning().ambiguity() != null) {
            return false;
        }
        String type = typeOf(node);
        String wanted = schema.type();
        if (wanted.isEmpty() || wanted.equals(type) || (wanted.equals("number") && type.equals("integer"))) {
            return true;
        }
        if (type.equals("null")) {
            problems.add(path, node.start(), "Invalid value: null: reads as if the field were not there",
                    "write a value or remove the field");
        } else {
            problems.add(
                    path,
                    node.start(),
                    "Invalid value: \"" + type + "\": " + path + " in body must be of type " + wanted + ": \"" + type
                            + "\"",
                    typeMend(wanted, node));
        }
        return false;
    }

    private static String typeOf(Node node) {
        return switch (node) {
            case Mapping mapping -> "object";
            case Sequence sequence -> "array";
            case Scalar scalar -> switch (scalar.meaning().value().getNodeType()) {
                case NULL -> "null";
                case BOOLEAN -> "boolean";
                case NUMBER -> scalar.meaning().value().isIntegralNumber() ? "integer" : "number";
                default -> "string";
            };
        };
    }

    private static @Nullable String typeMend(String wanted, Node node) {
        if (!(node instanceof Scalar scalar)) {
            return null;
        }
        if (wanted.equals("string")) {
            return "quote it";
        }
        if (wanted.equals("array")) {
            return "put it into a list: [" + (scalar.style() == ScalarStyle.PLAIN ? scalar.text() : "…") + "]";
        }
        boolean quoted = scalar.style() != ScalarStyle.PLAIN;
        return quoted
                && wanted.equals(typeOf(new Scalar(scalar.text(), ScalarStyle.PLAIN, scalar.start(), scalar.end())))
                        ? "remove the quotes"
                        : null;
    }

    private void mapping(Schema schema, Mapping mapping, String path) {
        if (mapping.entries().size() > schema.limits().most()) {
            tooMany(schema, mapping.entries().size(), mapping.start(), path);
        }
        Set<String> present = new HashSet<>();
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            present.add(name);
            Schema field = schema.properties().getOrDefault(name, schema.additional());
            if (field != null) {
                member(schema, field, entry, Paths.field(path, name));
            } else if (!schema.open() && !name.equals(TreeChecks.MERGE)) {
                problems.add(Paths.field(path, name), entry.key().start(), "unknown field \"" + name + "\"",
                        Nearest.mend(name, schema.properties().keySet()));
            }
        }
        for (String name : schema.required()) {
            if (!present.contains(name)) {
                problems.add(Paths.field(path, name), mapping.start(), "Required value");
            }
        }
    }

    private void member(Schema schema, Schema field, Entry entry, String path) {
        boolean isNull = entry.value() instanceof Scalar scalar && scalar.meaning().value().isNull();
        if (isNull && schema.required().contains(entry.key().text())) {
            problems.add(path, entry.value().start(), "Required value");
        } else {
            validate(field, entry.value(), path);
        }
    }

    private void sequence(Schema schema, Sequence sequence, String path) {
        int size = sequence.items().size();
        if (size > schema.limits().most()) {
            tooMany(schema, size, sequence.start(), path);
        } else if (size < schema.limits().least()) {
            problems.add(
                    path,
                    sequence.start(),
                    "Invalid value: " + size + ": " + path + " in body should have at least " + schema.limits().least()
                            + " items");
        }
        Schema items = schema.items();
        Set<JsonNode> seen = new HashSet<>();
        for (int i = 0; i < size; i++) {
            Node item = sequence.items().get(i);
            String itemPath = Paths.item(path, i);
            if (items != null) {
                validate(items, item, itemPath);
            }
            JsonNode key = schema.set() ? JsonTrees.of(item) : key(item, schema.listKeys());
            if (key != null && !seen.add(key)) {
                problems.add(itemPath, item.start(), "Duplicate value: " + key);
            }
        }
    }

    // Null for elements that nothing tells apart, and for those whose key is missing, which is told elsewhere.
    private static @Nullable JsonNode key(Node item, List<String> names) {
        if (names.isEmpty() || !(item instanceof Mapping mapping)) {
            return null;
        }
        ObjectNode key = JsonNodeFactory.instance.objectNode();
        for (String name : names) {
            Node value = mapping.get(name);
            if (value == null) {
                return null;
            }
            key.set(name, JsonTrees.of(value));
        }
        return key;
    }

    private void tooMany(Schema schema, int size, Place at, String path) {
        problems.add(
                path, at, "Too many: " + size + ": must have at most " + schema.limits().most() + " items");
    }

    private void scalar(Schema schema, Scalar scalar, String path) {
        JsonNode value = scalar.meaning().value();
        if (value.isTextual()) {
            string(schema, value.textValue(), scalar, path);
        } else if (value.isNumber()) {
            number(schema, value, scalar, path);
        }
    }

    private void string(Schema schema, String value, Scalar scalar, String path) {
        if (!schema.allowed().isEmpty()) {
            if (!schema.allowed().contains(value)) {
                problems.add(
                        path,
                        scalar.start(),
                        "Unsupported value: " + quoted(value) + ": supported values: "
                                + String.join(", ", schema.allowed().stream().map(SchemaValidator::quoted).toList()),
                        Nearest.guess(value, schema.allowed()).map(near -> "did you mean '" + near + "'?")
                                .orElse(null));
            }
            return;
        }
        int length = value.codePointCount(0, value.length());
        if (length > schema.limits().most()) {
            problems.add(path, scalar.start(),
                    "Too long: may not be more than " + schema.limits().most() + " characters, this has " + length);
        } else if (length < schema.limits().least()) {
            invalid(value, scalar, path, "should be at least " + schema.limits().least() + " chars long");
        } else if (schema.pattern() != null && !schema.pattern().matcher(value).find()) {
            invalid(value, scalar, path, "should match '" + schema.pattern() + "'");
        }
    }

    private void invalid(String value, Scalar scalar, String path, String should) {
        problems.add(path, scalar.start(), "Invalid value: " + quoted(value) + ": " + path + " in body " + should);
    }

    private static String quoted(String value) {
        return TextNode.valueOf(value).toString();
    }

    private void number(Schema schema, JsonNode value, Scalar scalar, String path) {
        double number = value.doubleValue();
        boolean low = number < schema.limits().least();
        if (low || number > schema.limits().most()) {
            problems.add(
                    path,
                    scalar.start(),
                    "Invalid value: " + value + ": " + path + " in body should be "
                            + (low
                                    ? "greater than or equal to " + schema.limits().least()
                                    : "less than or equal to " + schema.limits().most()));
        }
    }

    private void rules(Schema schema, Node node, String path) {
        JsonNode self = JsonTrees.of(node);
        for (CelRule rule : schema.rules()) {
            if (!rule.holds(self)) {
                problems.add(path, node.start(), "Invalid value: \"" + typeOf(node) + "\": " + rule.message());
            }
        }
    }
}
