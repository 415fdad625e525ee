package dev.chaperone.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trees of bytes and bytes of trees. Jackson's mappers do the same, but what they load to do it is a good part of what a
 * guardrail loads at all. A document that names a member twice or goes on behind its end is refused.
 */
public final class JsonTrees {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    // Interning would keep the member names of others for good.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final JsonParser parser;
    private final boolean everyDigit;
    private final Deque<ContainerNode<?>> open = new ArrayDeque<>();

    private JsonTrees(JsonParser parser, boolean everyDigit) {
        this.parser = parser;
        this.everyDigit = everyDigit;
    }

    /** Reads a document; numbers with a fraction or an exponent become doubles. */
    public static JsonNode read(byte[] document) throws IOException {
        return read(document, false);
    }

    /** As {@link #read}, but numbers keep every digit, so that they can be written as they came. */
    public static JsonNode readEveryDigit(byte[] document) throws IOException {
        return read(document, true);
    }

    private static JsonNode read(byte[] document, boolean everyDigit) throws IOException {
        try (JsonParser parser = FACTORY.createParser(document)) {
            return new JsonTrees(parser, everyDigit).document();
        }
    }

    // What is open is kept in a list: how deep others nest is no matter of this thread's stack.
    private JsonNode document() throws IOException {
        JsonNode root = value(parser.nextToken());
        while (!open.isEmpty()) {
            ContainerNode<?> innermost = open.getLast();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                open.removeLast();
            } else if (innermost instanceof ObjectNode object) {
                String name = parser.currentName();
                object.set(name, value(parser.nextToken()));
            } else {
                ((ArrayNode) innermost).add(value(token));
            }
        }
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "something follows the document");
        }
        return root;
    }

    private JsonNode value(@Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new JsonParseException(parser, "there is no document");
        }
        return switch (token) {
            case START_OBJECT -> opened(NODES.objectNode());
            case START_ARRAY -> opened(NODES.arrayNode());
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> everyDigit
                    ? NODES.numberNode(parser.getDecimalValue())
                    : NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new JsonParseException(parser, "a value is missing");
        };
    }

    private JsonNode opened(ContainerNode<?> container) {
        open.addLast(container);
        return container;
    }

    private JsonNode integer() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    /**
     * Writes a tree, without white space.
     *
     * @throws IOException when the tree is nested too deep, or has text that UTF-8 does not have
     */
    public static byte[] write(JsonNode tree) throws IOException {
        var out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            write(tree, json);
        }
        return out.toByteArray();
    }

    private static void write(JsonNode node, JsonGenerator json) throws IOException {
        if (node instanceof ObjectNode object) {
            json.writeStartObject();
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                json.writeFieldName(member.getKey());
                write(member.getValue(), json);
            }
            json.writeEndObject();
        } else if (node instanceof ArrayNode array) {
            json.writeStartArray();
            for (JsonNode element : array) {
                write(element, json);
            }
            json.writeEndArray();
        } else if (node.isNull()) {
            // Alone among the scalars it would ask the provider that is not there.
            json.writeNull();
        } else {
            node.serialize(json, null);
        }
    }
}
