package dev.chaperone.injection;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes quantities as the API server stores them; otherwise what is stored would differ from what was wanted. */
final class Quantities {
    private static final Pattern SYNTAX = Pattern
            .compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|)");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final int SMALLEST_EXPONENT = -9;
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);

    private Quantities() {}

    /** @throws IllegalArgumentException when the text is no quantity, or finer than the API server keeps it */
    static String canonical(String text) {
        Matcher parts = SYNTAX.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a quantity: " + text);
        }
        BigDecimal number = new BigDecimal(parts.group(1));
        String suffix = parts.group(2);
        boolean binary = suffix.endsWith("i");
        BigDecimal value = binary
                ? number.multiply(KIBI.pow(BINARY.indexOf(suffix)))
                : number.scaleByPowerOfTen(3 * DECIMAL.indexOf(suffix) + SMALLEST_EXPONENT);
        if (value.signum() == 0) {
            return "0";
        }
        return binary && value.compareTo(KIBI) >= 0 ? binary(value, text) : decimal(value, text);
    }

    private static String binary(BigDecimal value, String text) {
        int suffix = 0;
        BigDecimal rest = value;
        while (suffix < BINARY.size() - 1 && isWhole(rest.divide(KIBI, MathContext.UNLIMITED))) {
            rest = rest.divide(KIBI, MathContext.UNLIMITED);
            suffix++;
        }
        return whole(rest, text) + BINARY.get(suffix);
    }

    private static String decimal(BigDecimal value, String text) {
        int suffix = DECIMAL.size() - 1;
        while (suffix > 0 && !isWhole(scaled(value, suffix))) {
            suffix--;
        }
        return whole(scaled(value, suffix), text) + DECIMAL.get(suffix);
    }

    private static BigDecimal scaled(BigDecimal value, int suffix) {
        return value.scaleByPowerOfTen(-(3 * suffix + SMALLEST_EXPONENT));
    }

    private static boolean isWhole(BigDecimal value) {
        return value.stripTrailingZeros().scale() <= 0;
    }

    private static String whole(BigDecimal value, String text) {
        if (!isWhole(value)) {
            throw new IllegalArgumentException("finer than the API server keeps it: " + text);
        }
        return value.toBigInteger().toString();
    }
}
