package dev.chaperone.guardrail.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.cel.common.values.NullValue;
import dev.chaperone.guardrail.json.MalformedJsonException.Reason;
import dev.chaperone.guardrail.json.Spans.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON that has one meaning only. What two readers could understand differently is refused: a guardrail that
 * reads one thing while the tool server reads another guards nothing.
 */
public final class StrictJson {
    /** Objects and arrays may be nested this deep. */
    public static final int MAX_DEPTH = 64;
    /** A document may hold this many values, each object and array counted as one. */
    public static final int MAX_VALUES = 20_000;

    // Charset detection would read UTF-16; interning would keep an agent's keys for good.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + 1)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final boolean checkPairs;
    private final @Nullable Map<String, Span> spans;
    private int values;

    private StrictJson(JsonParser parser, boolean checkPairs, @Nullable Map<String, Span> spans) {
        this.parser = parser;
        this.checkPairs = checkPairs;
        this.spans = spans;
    }

    /**
     * Reads a document that is one object.
     *
     * @throws MalformedJsonException when two readers may understand the bytes differently
     */
    public static JsonObject parse(byte[] body) throws MalformedJsonException {
        return read(body, null);
    }

    /** As {@link #parse}, and tells where the values of outer members stand. */
    public static JsonDocument parseDocument(byte[] body) throws MalformedJsonException {
        Map<String, Span> spans = new HashMap<>();
        return new JsonDocument(read(body, spans), new Spans(spans));
    }

    private static JsonObject read(byte[] body, @Nullable Map<String, Span> spans) throws MalformedJsonException {
        if (body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF) {
            throw new MalformedJsonException(Reason.BYTE_ORDER_MARK);
        }
        boolean checkPairs = Utf8.check(body);
        try (JsonParser parser = FACTORY.createParser(body)) {
            return new StrictJson(parser, checkPairs, spans).document();
        } catch (IOException e) {
            throw new MalformedJsonException(Reason.SYNTAX);
        }
    }

    private JsonObject document() throws IOException, MalformedJsonException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new MalformedJsonException(Reason.SYNTAX);
        }
        if (first != JsonToken.START_OBJECT) {
            throw new MalformedJsonException(Reason.NOT_AN_OBJECT);
        }
        Object root = value(first, 1, spans == null ? null : "");
        JsonToken next;
        try {
            next = parser.nextToken();
        } catch (IOException e) {
            throw new MalformedJsonException(Reason.TRAILING_DATA);
        }
        if (next != null) {
            throw new MalformedJsonException(Reason.TRAILING_DATA);
        }
        return (JsonObject) root;
    }

    /**
     * @param depth nesting of the value, if it is an object or array
     * @param pointer where the value stands; null when its span is not asked for
     */
    private Object value(@Nullable JsonToken token, int depth, @Nullable String pointer)
            throws IOException, MalformedJsonException {
        if (++values > MAX_VALUES) {
            throw new MalformedJsonException(Reason.TOO_MANY_VALUES);
        }
        long start = pointer == null ? 0 : parser.currentTokenLocation().getByteOffset();
        Object value = switch (token) {
            case START_OBJECT -> object(depth, pointer);
            case START_ARRAY -> array(depth);
            case VALUE_STRING -> text(parser.getText());
            case VALUE_NUMBER_INT -> JsonNumbers.integer(parser.getText());
            case VALUE_NUMBER_FLOAT -> JsonNumbers.decimal(parser.getText());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NullValue.NULL_VALUE;
            case null, default -> throw new MalformedJsonException(Reason.SYNTAX);
        };
        if (pointer != null && spans != null) {
            spans.put(pointer, new Span((int) start, (int) parser.currentLocation().getByteOffset()));
        }
        return value;
    }

    private JsonObject object(int depth, @Nullable String pointer) throws IOException, MalformedJsonException {
        checkDepth(depth);
        Map<String, Object> members = new LinkedHashMap<>();
        String parent = depth <= Spans.MAX_DEPTH && !Spans.ARGUMENTS.equals(pointer) ? pointer : null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            text(name);
            String at = parent == null ? null : Spans.pointer(parent, name);
            if (members.put(name, value(parser.nextToken(), depth + 1, at)) != null) {
                throw new MalformedJsonException(Reason.DUPLICATE_KEY);
            }
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new MalformedJsonException(Reason.SYNTAX);
        }
        return members.isEmpty() ? JsonObject.EMPTY : JsonObject.owning(members);
    }

    private JsonArray array(int depth) throws IOException, MalformedJsonException {
        checkDepth(depth);
        List<Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(token, depth + 1, null));
        }
        return JsonArray.owning(elements);
    }

    private static void checkDepth(int depth) throws MalformedJsonException {
        if (depth > MAX_DEPTH) {
            throw new MalformedJsonException(Reason.TOO_DEEP);
        }
    }

    private String text(String text) throws MalformedJsonException {
        if (checkPairs) {
            Utf8.checkPairs(text);
        }
        return text;
    }
}
