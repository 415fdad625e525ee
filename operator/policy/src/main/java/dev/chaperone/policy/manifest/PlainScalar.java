package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an unquoted scalar means. Kubernetes' tools read YAML 1.1 and others YAML 1.2, so a scalar that the two read
 * differently means nothing here. Dates are strings: YAML 1.1 has a type for them that Kubernetes' tools never used.
 *
 * @param value its value; the text where the readings differ
 * @param ambiguity how the readings differ; null where they agree
 */
record PlainScalar(JsonNode value, @Nullable String ambiguity) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> BOOLEAN = Set.of("true", "True", "TRUE", "false", "False", "FALSE");
    private static final Set<String> OLD_BOOLEAN = Set
            .of("y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF");

    private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]+\\.[0-9]*([eE][-+][0-9]+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final Pattern DISPUTED_NUMBER = Pattern.compile(
            "[-+]?0[0-9]+"
                    + "|[-+]?0o[0-7]+"
                    + "|[-+]?0b[01_]+"
                    + "|[-+]0x[0-9a-fA-F_]+|0x[0-9a-fA-F]*_[0-9a-fA-F_]*"
                    + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?"
                    + "|[-+]?[0-9][0-9_]*_[0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?"
                    + "|[-+]?[0-9]+\\.[0-9_]*_[0-9_]*([eE][-+]?[0-9]+)?"
                    + "|[-+]?\\.[0-9][0-9_]*([eE][-+]?[0-9]+)?"
                    + "|[-+]?[0-9]+(\\.[0-9]*)?[eE][-+]?[0-9]+");
    private static final int LONGEST_NUMBER = 64;

    static PlainScalar string(String text) {
        return new PlainScalar(TextNode.valueOf(text), null);
    }

    static PlainScalar of(String text) {
        if (NULL.contains(text)) {
            return new PlainScalar(NullNode.getInstance(), null);
        }
        if (BOOLEAN.contains(text)) {
            return new PlainScalar(BooleanNode.valueOf(text.toLowerCase(Locale.ROOT).equals("true")), null);
        }
        if (OLD_BOOLEAN.contains(text)) {
            return disputed(text, "a boolean to YAML 1.1 and a string to YAML 1.2");
        }
        char first = text.charAt(0);
        boolean numeric = (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
        return numeric ? number(text) : string(text);
    }

    private static PlainScalar number(String text) {
        if (text.length() > LONGEST_NUMBER) {
            return text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0)
                    ? disputed(text, "a number of more digits than any reader keeps")
                    : string(text);
        }
        if (INTEGER.matcher(text).matches()) {
            return whole(new BigInteger(text.startsWith("+") ? text.substring(1) : text));
        }
        if (HEX.matcher(text).matches()) {
            return whole(new BigInteger(text.substring(2), 16));
        }
        if (NOT_FINITE.matcher(text).matches()) {
            return disputed(text, "a number that JSON does not have");
        }
        if (DECIMAL.matcher(text).matches()) {
            return decimal(text);
        }
        return DISPUTED_NUMBER.matcher(text).matches()
                ? disputed(text, "not the same to YAML 1.1 and YAML 1.2")
                : string(text);
    }

    private static PlainScalar whole(BigInteger value) {
        return new PlainScalar(
                value.bitLength() < Long.SIZE ? JSON.numberNode(value.longValueExact()) : JSON.numberNode(value), null);
    }

    // Read as every JSON reader would, which is as a double; 1.0 is a whole number to all of them.
    private static PlainScalar decimal(String text) {
        double value = new BigDecimal(text).doubleValue();
        if (!Double.isFinite(value)) {
            return disputed(text, "a number that no reader can hold");
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return new PlainScalar(whole ? JSON.numberNode((long) value) : JSON.numberNode(value), null);
    }

    private static PlainScalar disputed(String text, String ambiguity) {
        return new PlainScalar(TextNode.valueOf(text), ambiguity);
    }
}
