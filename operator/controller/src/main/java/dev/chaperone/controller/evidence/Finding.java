package dev.chaperone.controller.evidence;

/** A place where an audit trail does not follow itself. Says where, and nothing of what the lines say. */
public sealed interface Finding {
    /** The boot whose trail it is. */
    String boot();

    /** The number of the line at which it was found: the first one that is wrong, missing or known otherwise. */
    long sequence();

    /** What it is, in one word. */
    default String kind() {
        return switch (this) {
            case Altered _ -> "altered";
            case Missing _ -> "missing";
            case Rewritten _ -> "rewritten";
            case Reordered _ -> "reordered";
            case Unreadable _ -> "unreadable";
            case Foreign _ -> "foreign";
        };
    }

    /** The line does not carry the digest of the line before: one of the two is not what the guardrail wrote. */
    record Altered(String boot, long sequence) implements Finding {}

    /**
     * Lines never came.
     *
     * @param from the number of the first one
     * @param to the number of the last one
     */
    record Missing(String boot, long from, long to) implements Finding {
        @Override
        public long sequence() {
            return from;
        }
    }

    /** Another line of this number was acknowledged: somebody wrote history anew. */
    record Rewritten(String boot, long sequence) implements Finding {}

    /** The line stood behind one that it comes before, or stood there twice. */
    record Reordered(String boot, long sequence) implements Finding {}

    /** Where this line was to come, there was something that is no line of an audit trail. */
    record Unreadable(String boot, long sequence) implements Finding {}

    /** Where this line was to come, there was a line of another boot. */
    record Foreign(String boot, long sequence) implements Finding {}
}
