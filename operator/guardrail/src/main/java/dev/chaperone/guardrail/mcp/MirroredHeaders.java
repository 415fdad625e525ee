package dev.chaperone.guardrail.mcp;

import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.JsonObject;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * In the modern era headers repeat parts of the body, and somebody on the way may route by them: they must say the
 * same (MCP 2026-07-28, Streamable HTTP, "Server Validation").
 */
final class MirroredHeaders {
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
        for (String field : headers.names()) {
            if (field.toLowerCase(Locale.ROOT).startsWith(PARAMETER)) {
                parameter(decoded(once(headers, field)), params);
            }
        }
    }

    /**
     * Which argument a header repeats is written in the tool's schema, which need not be known here. What can be
     * demanded without it: that the value is that of some argument.
     */
    private static void parameter(@Nullable String value, JsonObject params) throws RefusedException {
        if (value == null || !occurs(value, params.get("arguments"))) {
            throw RefusedException.headerMismatch("an Mcp-Param header does not match the arguments");
        }
    }

    private static boolean occurs(String value, @Nullable Object in) {
        return switch (in) {
            case JsonObject object -> object.values().stream().anyMatch(member -> occurs(value, member));
            case JsonArray _ -> false;
            case String text -> text.equals(value);
            case Boolean bool -> bool.toString().equals(value);
            case Number number -> equalNumbers(value, number);
            case null, default -> false;
        };
    }

    private static boolean equalNumbers(String text, Number number) {
        try {
            return text.length() <= 40 && new BigDecimal(text).compareTo(new BigDecimal(number.toString())) == 0;
        } catch (NumberFormatException e) {
            return false;
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
