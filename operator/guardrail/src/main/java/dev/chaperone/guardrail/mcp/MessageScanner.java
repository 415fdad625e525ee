package dev.chaperone.guardrail.mcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches JSON from a tool server go by, in pieces of any size and in constant memory, for the few members by which a
 * message can ask something of the agent or needs rewriting. It does not validate: text that is no JSON reaches no
 * client's parser either, and for valid JSON it sees what every parser sees. What parsers could see differently (one of
 * these members twice or in another spelling, other encodings) is abnormal.
 */
final class MessageScanner {
    private static final int MAX_DEPTH = 512;
    private static final int MAX_CAPTURE = 512;
    // Keys matter down to result.inputRequests.<name>.method.
    private static final int KEY_DEPTH = 4;

    private static final List<String> OF_MESSAGES = List.of("jsonrpc", "id", "method", "params", "result", "error");
    private static final List<String> OF_RESULTS = List.of(
            "tools", "capabilities", "supportedVersions", "inputRequests", "resultType", "cacheScope", "ttlMs");
    private static final List<String> OF_INPUT_REQUESTS = List.of("method");

    private final BitSet isObject = new BitSet();
    private final @Nullable String[] keys = new @Nullable String[KEY_DEPTH + 1];
    private byte[] captured = new byte[64];
    private final List<String> inputMethods = new ArrayList<>(0);
    private int capturedLength;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean expectKey;
    private boolean overlong;
    private boolean batch;
    private boolean tooDeep;
    private boolean ambiguous;
    private boolean namesMethod;
    private @Nullable String method;
    private boolean hasId;
    private boolean hasAnswer;
    private boolean listsTools;
    private boolean declaresCapabilities;

    void feed(byte[] bytes) {
        feed(bytes, 0, bytes.length);
    }

    void feed(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            // Stands in no JSON in UTF-8, and in all in UTF-16 and UTF-32, which some clients detect.
            ambiguous |= b == 0;
            if (inString) {
                inString(b);
            } else {
                structure(b);
            }
        }
    }

    private void inString(byte b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inString = false;
            stringEnds();
            return;
        }
        if (depth <= KEY_DEPTH) {
            if (capturedLength < MAX_CAPTURE) {
                if (capturedLength == captured.length) {
                    captured = Arrays.copyOf(captured, MAX_CAPTURE);
                }
                captured[capturedLength++] = b;
            } else {
                overlong = true;
            }
        }
    }

    private void structure(byte b) {
        switch (b) {
            case '"' -> {
                inString = true;
                capturedLength = 0;
                overlong = false;
            }
            case '{', '[' -> {
                if (depth == 0) {
                    batch |= b == '[';
                } else {
                    valueStarts();
                }
                if (depth == MAX_DEPTH) {
                    tooDeep = true;
                    return;
                }
                depth++;
                isObject.set(depth, b == '{');
                expectKey = b == '{';
                if (depth <= KEY_DEPTH) {
                    keys[depth] = null;
                }
            }
            case '}', ']' -> {
                depth = Math.max(0, depth - 1);
                expectKey = false;
            }
            case ',' -> expectKey = isObject.get(depth);
            case ':' -> expectKey = false;
            default -> {
                // Numbers, literals and space carry nothing that is looked for.
            }
        }
    }

    private void stringEnds() {
        if (depth == 0 || depth > KEY_DEPTH) {
            return;
        }
        if (expectKey && isObject.get(depth)) {
            keys[depth] = text();
            keyEnds();
        } else if (depth == 1 && "method".equals(keys[1])) {
            method = text();
        } else if (depth == 4 && "result".equals(keys[1]) && "inputRequests".equals(keys[2])
                && "method".equals(keys[4])) {
            inputMethods.add(text());
        }
    }

    private void keyEnds() {
        String key = keys[depth];
        if (depth == 1) {
            ambiguous |= misspelt(key, OF_MESSAGES) || ("method".equals(key) && namesMethod);
            namesMethod |= "method".equals(key);
            hasId |= "id".equals(key);
            hasAnswer |= "result".equals(key) || "error".equals(key);
        } else if (depth == 2 && "result".equals(keys[1])) {
            ambiguous |= misspelt(key, OF_RESULTS);
            listsTools |= "tools".equals(key);
            declaresCapabilities |= "capabilities".equals(key);
        } else if (depth == 4 && "result".equals(keys[1]) && "inputRequests".equals(keys[2])) {
            ambiguous |= misspelt(key, OF_INPUT_REQUESTS);
        }
    }

    // Some clients take keys without regard to case.
    private static boolean misspelt(@Nullable String key, List<String> members) {
        if (key == null || members.contains(key)) {
            return false;
        }
        for (String member : members) {
            if (key.equalsIgnoreCase(member)) {
                return true;
            }
        }
        return false;
    }

    // A method that is no string is no method that could be allowed.
    private void valueStarts() {
        if (depth == 1 && "method".equals(keys[1]) && isObject.get(1)) {
            method = "";
        }
    }

    private String text() {
        if (overlong) {
            return "";
        }
        String raw = new String(captured, 0, capturedLength, StandardCharsets.UTF_8);
        return raw.indexOf('\\') < 0 ? raw : unescaped(raw);
    }

    private static String unescaped(String raw) {
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\' || i + 1 == raw.length()) {
                text.append(c);
                continue;
            }
            char next = raw.charAt(++i);
            if (next == 'u' && i + 4 < raw.length()) {
                text.append(hex(raw.substring(i + 1, i + 5)));
                i += 4;
            } else {
                text.append(
                        switch (next) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            default -> next;
                        });
            }
        }
        return text.toString();
    }

    private static char hex(String digits) {
        try {
            return (char) Integer.parseInt(digits, 16);
        } catch (NumberFormatException e) {
            return '\uFFFD';
        }
    }

    /** Whether the bytes so far hold a batch, nest deeper than anyone means, or could be read in two ways. */
    boolean isAbnormal() {
        return batch || tooDeep || ambiguous;
    }

    /** Whether every object, array and string that was opened is closed. */
    boolean isBalanced() {
        return depth == 0 && !inString;
    }

    /** The method, when this is a request or notification; {@code ""} for one that cannot be named. */
    @Nullable
    String method() {
        return method;
    }

    boolean isRequest() {
        return method != null && hasId;
    }

    boolean isAnswer() {
        return hasAnswer;
    }

    /** Whether the result looks like that of {@code tools/list}. */
    boolean listsTools() {
        return listsTools;
    }

    /** Whether the result looks like that of {@code initialize} or {@code server/discover}. */
    boolean declaresCapabilities() {
        return declaresCapabilities;
    }

    /** The methods of {@code result.inputRequests}: what a modern server asks of the agent inside a result. */
    List<String> inputMethods() {
        return inputMethods;
    }
}
