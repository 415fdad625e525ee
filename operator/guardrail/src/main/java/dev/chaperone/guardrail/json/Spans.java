package dev.chaperone.guardrail.json;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where values stand in the bytes of a document, by JSON pointer (RFC 6901): members of objects down to
 * {@link #MAX_DEPTH} levels. Elements of arrays have none, nor what lies below {@code /params/arguments}, which is the
 * tool's and passes as it is.
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

    static final String ARGUMENTS = "/params/arguments";

    private final Map<String, Span> spans;

    Spans(Map<String, Span> spans) {
        this.spans = spans;
    }

    /** Where the value of this member stands; null when there is none. {@code ""} is the document. */
    public @Nullable Span of(String pointer) {
        return spans.get(pointer);
    }

    static String pointer(String parent, String name) {
        boolean plain = name.indexOf('~') < 0 && name.indexOf('/') < 0;
        return parent + "/" + (plain ? name : name.replace("~", "~0").replace("/", "~1"));
    }
}
