package dev.chaperone.guardrail.json;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where values stand in the bytes of a document, by JSON pointer (RFC 6901) down to {@link #MAX_DEPTH} levels, for
 * objects only: elements of arrays have no span.
 */
public final class Spans {
    /** The deepest pointer has this many parts, for example {@code /params/_meta/traceparent}. */
    public static final int MAX_DEPTH = 3;

    /**
     * Bytes {@code [start, end)} of a value, without space around it.
     *
     * @param start offset of the first byte
     * @param end offset after the last byte
     */
    public record Span(int start, int end) {}

    private final Map<String, Span> spans;

    Spans(Map<String, Span> spans) {
        this.spans = spans;
    }

    /** Where the value of this member stands; null when there is none. {@code ""} is the document. */
    public @Nullable Span of(String pointer) {
        return spans.get(pointer);
    }
}
