package dev.chaperone.guardrail.engine;

/** Numbers of JSON compared by value: every integer that is read is exact in a double. */
final class Numbers {
    private static final double MAX_EXACT = (1L << 53) - 1;

    private Numbers() {}

    static int compare(Number a, Number b) {
        return a instanceof Long x && b instanceof Long y
                ? Long.compare(x, y)
                : Double.compare(a.doubleValue() + 0.0, b.doubleValue() + 0.0);
    }

    /** Whether a double is an integer that every reader of integers reads alike. */
    static boolean isExactInteger(double value) {
        return value == Math.rint(value) && Math.abs(value) <= MAX_EXACT;
    }
}
