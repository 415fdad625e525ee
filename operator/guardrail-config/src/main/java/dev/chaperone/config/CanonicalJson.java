package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON in one form only, for digests: RFC 8785 (JSON Canonicalization Scheme). Members are sorted by UTF-16 code
 * units, numbers are written as ECMAScript writes them, and nothing is escaped that need not be.
 *
 * <p>Values are maps with string keys, lists, strings, booleans, {@code Long}, {@code Integer}, {@code Double} and
 * null, or Jackson trees. Numbers must be exact in a double, which RFC 8785 demands.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /** The canonical form of a tree in UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        return bytes(plain(tree), null);
    }

    /**
     * The canonical form of a value in UTF-8.
     *
     * @param nullValue an object that stands for JSON's null besides Java's
     * @throws IllegalArgumentException for a value that JSON does not have, such as an infinity
     */
    public static byte[] bytes(@Nullable Object value, @Nullable Object nullValue) {
        StringBuilder out = new StringBuilder(256);
        write(value, nullValue, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(@Nullable Object value, @Nullable Object nullValue, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> writeMap(map, nullValue, out);
            case List<?> list -> writeList(list, nullValue, out);
            case String text -> writeString(text, out);
            case Boolean bool -> out.append(bool);
            case Long number -> out.append(number);
            case Integer number -> out.append(number);
            case Double number -> writeDouble(number, out);
            case Object other when other.equals(nullValue) -> out.append("null");
            default -> throw new IllegalArgumentException("no JSON value: " + value.getClass().getName());
        }
    }

    private static void writeMap(Map<?, ?> map, @Nullable Object nullValue, StringBuilder out) {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put((String) key, value));
        out.append('{');
        boolean first = true;
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            writeString(entry.getKey(), out);
            out.append(':');
            write(entry.getValue(), nullValue, out);
        }
        out.append('}');
    }

    private static void writeList(List<?> list, @Nullable Object nullValue, StringBuilder out) {
        out.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
            write(items.next(), nullValue, out);
            if (items.hasNext()) {
                out.append(',');
            }
        }
        out.append(']');
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** ECMAScript's Number::toString, which RFC 8785 §3.2.2.3 refers to. */
    private static void writeDouble(double number, StringBuilder out) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("no JSON number: " + number);
        }
        if (number == 0) {
            out.append('0');
            return;
        }
        BigDecimal decimal = shortest(Math.abs(number));
        String digits = decimal.unscaledValue().toString();
        int point = digits.length() - decimal.scale();
        if (number < 0) {
            out.append('-');
        }
        if (point > 21 || point <= -6) {
            out.append(digits.charAt(0));
            if (digits.length() > 1) {
                out.append('.').append(digits, 1, digits.length());
            }
            out.append('e').append(point > 0 ? "+" : "").append(point - 1);
        } else if (point <= 0) {
            out.append("0.").repeat('0', -point).append(digits);
        } else if (point >= digits.length()) {
            out.append(digits).repeat('0', point - digits.length());
        } else {
            out.append(digits, 0, point).append('.').append(digits, point, digits.length());
        }
    }

    // Java yields the shortest digits too, but never fewer than two: 4.9E-324 is 5e-324 there.
    private static BigDecimal shortest(double number) {
        BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            BigDecimal digit = new BigDecimal(number).round(new MathContext(1));
            return digit.doubleValue() == number ? digit.stripTrailingZeros() : decimal;
        }
        return decimal;
    }

    private static @Nullable Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Map<String, Object> map = new TreeMap<>();
                node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
                yield map;
            }
            case ARRAY -> node.valueStream().map(CanonicalJson::plain).toList();
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER ->
                node.isIntegralNumber() && node.canConvertToLong() ? (Object) node.longValue() : node.doubleValue();
            case NULL, MISSING -> null;
            case BINARY, POJO -> throw new IllegalArgumentException("no JSON value: " + node.getNodeType());
        };
    }
}
