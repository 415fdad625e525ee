package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;

/**
 * Names what a tool server says of a tool by its content: the digest of the canonical JSON (RFC 8785) of the whole
 * object that it lists in the answer to {@code tools/list}. No member is left out, {@code _meta} neither: clients act by
 * what stands there, and whatever did not count would be where a change hides.
 */
public final class ToolDefinitions {
    private static final int MAX_DEPTH = 128;
    private static final BigInteger MAX_EXACT = BigInteger.ONE.shiftLeft(53).subtract(BigInteger.ONE);

    private ToolDefinitions() {}

    /**
     * The digest of a definition.
     *
     * @param tool what {@link JsonTrees#readEveryDigit} read
     * @throws IllegalArgumentException when there is none, because two readers may read it differently or it is nested
     *     too deep, with a message that says why and quotes nothing
     */
    public static String digest(JsonNode tool) {
        if (!(tool instanceof ObjectNode)) {
            throw new IllegalArgumentException("it is no object");
        }
        check(tool, 1);
        return Digests.of(CanonicalJson.bytes(tool));
    }

    private static void check(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("it is nested deeper than " + MAX_DEPTH);
        }
        if (node.isTextual()) {
            check(node.textValue());
        } else if (node.isNumber() && !readsAlike(node)) {
            throw new IllegalArgumentException("it has a number that a double does not hold exactly");
        } else if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                check(member.getKey());
                check(member.getValue(), depth + 1);
            }
        } else {
            for (JsonNode element : node) {
                check(element, depth + 1);
            }
        }
    }

    private static boolean readsAlike(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.bigIntegerValue().abs().compareTo(MAX_EXACT) <= 0;
        }
        double value = number.doubleValue();
        return Double.isFinite(value)
                && (!number.isBigDecimal()
                        || new BigDecimal(Double.toString(value)).compareTo(number.decimalValue()) == 0);
    }

    // In UTF-8 all of them would be the same replacement, and so would their digests.
    private static void check(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new IllegalArgumentException("it has text that is no Unicode");
                }
                i++;
            }
        }
    }
}
