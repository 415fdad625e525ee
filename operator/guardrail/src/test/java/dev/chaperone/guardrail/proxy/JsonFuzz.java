package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Writes a JSON message again with one member that another reader may read in another way. */
final class JsonFuzz {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> NAMES = List.of("jsonrpc", "id", "method", "params", "name", "arguments", "_meta",
            "task", "result", "error", "inputResponses", "requestState", "x", "");
    private static final List<String> ODD = List.of("null", "true", "0", "-0", "-0.0", "1.0", "1e0", "1e400", "-1e400",
            "1E-400", "9007199254740993", "18446744073709551616", "NaN", "Infinity", "01", "+1", "0x1", "[]", "{}",
            "[null]", "\"\"", "\"\\ud800\"", "\"\\udc00\\ud83d\"", "\"\\u0000\"", "\"\\x41\"", "'a'", "undefined", "",
            "\"delete_file\"", "\"tools/call\"", "\"TOOLS/CALL\"", "\" tools/call\"", "\"tools\\/call\"",
            "\"tools/list\"", "\"read_file\\u0000\"", "\"read_file \"", "\"READ_FILE\"", "\"2.0 \"", "\"2026-07-28\"",
            "[\"read_file\"]", "{\"name\":\"delete_file\"}", "{\"a\":1,\"a\":2}", "\"\u017f\u212a\ufeff\u200b\"",
            "[".repeat(70) + "]".repeat(70), "{\"a\":".repeat(70) + "1" + "}".repeat(70), "[".repeat(5000),
            "[" + "1,".repeat(9000) + "1]", "1".repeat(3000), "\"" + "a".repeat(5000) + "\"");

    private final Dice dice;
    private final String nonce;
    private int left;

    private JsonFuzz(Dice dice, String nonce) {
        this.dice = dice;
        this.nonce = nonce;
    }

    /**
     * @param nonce makes what is smuggled in a call of its own
     * @return the text, or what became of it
     */
    static String mutated(String json, Dice dice, String nonce) {
        try {
            JsonNode root = MAPPER.readTree(json);
            JsonFuzz fuzz = new JsonFuzz(dice, nonce);
            int members = members(root);
            fuzz.left = members == 0 ? -1 : dice.below(members);
            return fuzz.text(root);
        } catch (IOException e) {
            // It had been spoilt before.
            return json;
        }
    }

    private static int members(JsonNode node) {
        int count = node.isObject() ? node.size() : 0;
        for (JsonNode each : node) {
            count += members(each);
        }
        return count;
    }

    private String text(JsonNode node) {
        List<String> parts = new ArrayList<>();
        if (node.isObject()) {
            node.properties().forEach(member -> parts.addAll(member(member.getKey(), member.getValue())));
            return "{" + String.join(",", parts) + "}";
        }
        if (node.isArray()) {
            node.forEach(each -> parts.add(text(each)));
            return "[" + String.join(",", parts) + "]";
        }
        return node.toString();
    }

    private List<String> member(String key, JsonNode node) {
        boolean chosen = left-- == 0;
        String value = text(node);
        String name = quoted(key);
        String plain = name + ":" + value;
        if (!chosen) {
            return List.of(plain);
        }
        return switch (dice.below(15)) {
            case 0 -> List.of(name + ":" + other(key), plain);
            case 1 -> List.of(plain, name + ":" + other(key));
            case 2 -> List.of(plain, escaped(name) + ":" + other(key));
            case 3 -> List.of(quoted(folded(key)) + ":" + value);
            case 4 -> List.of(plain, quoted(folded(key)) + ":" + other(key));
            case 5 -> List.of(quoted(folded(key)) + ":" + other(key), plain);
            case 6 -> List.of(escaped(name) + ":" + (node.isTextual() ? escaped(value) : value));
            case 7 -> List.of();
            case 8 -> List.of(quoted(dice.pick(NAMES)) + ":" + value);
            case 9 -> List.of(plain, quoted(dice.pick(NAMES)) + ":" + other(key));
            case 10 -> List.of(name + ":[" + value + "]");
            case 11 -> List.of(plain + dice.pick(",", "/**/", "//\n", "\f", "\u00a0", "\0", "\r\n\t "));
            case 12 -> List.of(name + ":" + other(key));
            default -> List.of(name + ":" + dice.pick(ODD));
        };
    }

    /** Another value that would do harm in this place, or any. */
    private String other(String key) {
        return switch (key) {
            case "name" -> dice.pick("\"delete_file\"", "\"read_other\"", "\"review_it\"");
            case "arguments" -> "{\"path\":\"/etc/" + nonce + "\"}";
            case "method" -> dice.pick("\"tools/call\"", "\"tools/list\"", "\"sampling/createMessage\"", "\"x/y\"");
            case "params" -> "{\"name\":\"delete_file\",\"arguments\":{\"path\":\"/etc/" + nonce + "\"}}";
            default -> dice.pick(ODD);
        };
    }

    private String folded(String key) {
        return switch (dice.below(3)) {
            case 0 -> key.toUpperCase(java.util.Locale.ROOT);
            case 1 -> key.replace('s', '\u017f').replace('k', '\u212a');
            default -> key.isEmpty() ? " " : Character.toUpperCase(key.charAt(0)) + key.substring(1);
        };
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    /** One character of a string as an escape. */
    private String escaped(String string) {
        if (string.length() < 3 || string.indexOf('\\') >= 0) {
            return string;
        }
        int at = 1 + dice.below(string.length() - 2);
        return string.substring(0, at) + String.format("\\u%04x", (int) string.charAt(at)) + string.substring(at + 1);
    }

    /** The bytes of a message, or of more or less than one. */
    static byte[] around(String json, String another, Dice dice) {
        return switch (dice.below(14)) {
            case 0 -> utf8("[" + json + "]");
            case 1 -> utf8("[" + json + "," + another + "]");
            case 2 -> utf8(json + dice.pick("", "\n", ",", "\0", "\u001e") + another);
            case 3 -> utf8(dice.pick("\ufeff", " ", ")]}',\n", "data: ", "\0", "//\n", "\u2028") + json);
            case 4 -> utf8(json + dice.pick(" ", "x", "}", ",", "\0", "/*", "\u0085"));
            case 5 -> json.getBytes(dice.pick(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE));
            case 6 -> gzip(utf8(json));
            case 7 -> utf8(json.substring(0, dice.below(json.length() + 1)));
            case 8 -> utf8(json + " ".repeat(dice.below(60_000)));
            default -> dice.spoilt(utf8(json));
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
