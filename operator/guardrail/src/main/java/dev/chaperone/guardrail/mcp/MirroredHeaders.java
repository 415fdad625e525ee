package dev.chaperone.guardrail.mcp;

import dev.chaperone.guardrail.json.JsonObject;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * In the modern era headers repeat parts of the body, and somebody on the way may route by them: they must say the
 * same (MCP 2026-07-28, Streamable HTTP, "Server Validation").
 */
final class MirroredHeaders {
    private static final int MAX_PARAMETERS = 64;
    private static final int LONGEST_NUMBER = 40;
    private static final String PARAMETER = "mcp-param-";
    private static final String ENCODED_START = "=?base64?";
    private static final String ENCODED_END = "?=";

    private MirroredHeaders() {}

    static void check(Headers headers, McpMethod method, JsonObject params) throws RefusedException {
        String header = once(headers, "mcp-method");
        boolean mayBeAbsent = method.isNotification();
        if (!method.wireName().equals(header) && !(header == null && mayBeAbsent)) {
            throw RefusedException.headerMismatch("Mcp-Method does not match the body");
        }
        String member = method.namingMember();
        String name = decoded(once(headers, "mcp-name"));
        // Where the body has no name, a header that has one says more than the body.
        if (member == null ? name != null : name == null || !name.equals(params.get(member))) {
            throw RefusedException.headerMismatch("Mcp-Name does not match the body");
        }
        Scalars scalars = null;
        int parameters = 0;
        for (String field : headers.names()) {
            if (field.toLowerCase(Locale.ROOT).startsWith(PARAMETER)) {
                if (++parameters > MAX_PARAMETERS) {
                    throw RefusedException.headerMismatch("more Mcp-Param headers than any tool has");
                }
                scalars = scalars == null ? Scalars.of(params.get("arguments")) : scalars;
                parameter(decoded(once(headers, field)), scalars);
            }
        }
    }

    /** The values in the arguments that a header could repeat, looked up by all headers. */
    private record Scalars(Set<String> texts, Set<BigDecimal> numbers) {
        static Scalars of(@Nullable Object arguments) {
            Scalars scalars = new Scalars(new HashSet<>(), new HashSet<>());
            scalars.collect(arguments);
            return scalars;
        }

        private void collect(@Nullable Object in) {
            switch (in) {
                case JsonObject object -> object.values().forEach(this::collect);
                case String text -> texts.add(text);
                case Boolean bool -> texts.add(bool.toString());
                case Number number -> numbers.add(new BigDecimal(number.toString()).stripTrailingZeros());
                case null, default -> {
                    // Headers repeat no elements of arrays, and no nulls.
                }
            }
        }

        boolean have(String value) {
            return texts.contains(value) || haveNumber(value);
        }

        private boolean haveNumber(String text) {
            try {
                return text.length() <= LONGEST_NUMBER && numbers.contains(new BigDecimal(text).stripTrailingZeros());
            } catch (ArithmeticException | NumberFormatException e) {
                return false;
            }
        }
    }

    /**
     * Which argument a header repeats is written in the tool's schema, which need not be known here. What can be
     * demanded without it: that the value is that of some argument.
     */
    private static void parameter(@Nullable String value, Scalars scalars) throws RefusedException {
        if (value == null || !scalars.have(value)) {
            throw RefusedException.headerMismatch("an Mcp-Param header does not match the arguments");
        }
    }

    private static @Nullable String once(Headers headers, String name) throws RefusedException {
        if (headers.all(name).size() > 1) {
            throw RefusedException.headerMismatch("a header that repeats the body stands more than once");
        }
        return headers.single(name);
    }

    private static @Nullable String decoded(@Nullable String value) throws RefusedException {
        if (value == null || !(value.startsWith(ENCODED_START) && value.endsWith(ENCODED_END))) {
            return value;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(
                    value.substring(ENCODED_START.length(),
                            Math.max(ENCODED_START.length(), value.length() - ENCODED_END.length())));
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw RefusedException.headerMismatch("a header is not validly encoded");
        }
    }
}
