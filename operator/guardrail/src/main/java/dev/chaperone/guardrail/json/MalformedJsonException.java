package dev.chaperone.guardrail.json;

/** Bytes that are not JSON which every reader understands alike. */
public final class MalformedJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why bytes are refused. */
    public enum Reason {
        /** The document is empty, cut short or otherwise not JSON. */
        SYNTAX("not well-formed JSON"),
        /** The document begins with a byte order mark. */
        BYTE_ORDER_MARK("begins with a byte order mark"),
        /** The bytes are not UTF-8, or a surrogate stands without its pair. */
        ENCODING("not valid UTF-8 text"),
        /** An object names a member twice. */
        DUPLICATE_KEY("an object names a member twice"),
        /** Objects and arrays are nested deeper than {@link StrictJson#MAX_DEPTH}. */
        TOO_DEEP("nested too deep"),
        /** There are more than {@link StrictJson#MAX_VALUES} values. */
        TOO_MANY_VALUES("too many values"),
        /** A number that two readers may read differently. */
        NUMBER("a number that two readers may read differently: an integer beyond 2^53-1, or more digits than a double keeps"),
        /** Something follows the document. */
        TRAILING_DATA("something follows the document"),
        /** The document is not an object. */
        NOT_AN_OBJECT("the document is not an object");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    MalformedJsonException(Reason reason) {
        // Never a cause: a parser's message quotes what it read.
        super(reason.text, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
