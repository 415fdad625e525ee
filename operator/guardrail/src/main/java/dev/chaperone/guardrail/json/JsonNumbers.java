package dev.chaperone.guardrail.json;

import dev.chaperone.guardrail.json.MalformedJsonException.Reason;
import java.math.BigDecimal;

/** Reads numbers that every reader reads alike, whether it keeps integers, doubles or decimals. */
final class JsonNumbers {
    /** Characters of the longest number that is read. */
    static final int MAX_LENGTH = 40;

    private static final long MAX_EXACT = (1L << 53) - 1;
    // Nineteen digits always fit a long, and more are never exact in a double.
    private static final int MAX_INTEGER_LENGTH = 18;

    private JsonNumbers() {}

    static Long integer(String text) throws MalformedJsonException {
        if (text.length() > MAX_INTEGER_LENGTH) {
            throw new MalformedJsonException(Reason.NUMBER);
        }
        long value = Long.parseLong(text);
        if (value > MAX_EXACT || value < -MAX_EXACT) {
            throw new MalformedJsonException(Reason.NUMBER);
        }
        return value;
    }

    static Double decimal(String text) throws MalformedJsonException {
        if (text.length() > MAX_LENGTH) {
            throw new MalformedJsonException(Reason.NUMBER);
        }
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value) || !exact(text, value)) {
            throw new MalformedJsonException(Reason.NUMBER);
        }
        return value;
    }

    private static boolean exact(String text, double value) {
        try {
            return new BigDecimal(text).compareTo(new BigDecimal(Double.toString(value))) == 0;
        } catch (NumberFormatException e) {
            return false; // an exponent beyond what decimals have
        }
    }
}
