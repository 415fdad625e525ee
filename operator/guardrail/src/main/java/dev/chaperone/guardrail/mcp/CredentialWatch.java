package dev.chaperone.guardrail.mcp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the guardrail's credential in what its tool server sends back: servers echo requests in errors, and tools
 * show the environment they run in. Sees it across pieces, and through the escapes of JSON in JSON. Bytes that may be
 * its beginning are held back until it is known that they are not. Servers that mean to hand it over always can.
 */
public final class CredentialWatch {
    // What is shorter stands in ordinary text by chance, and guards nothing.
    private static final int MIN_LENGTH = 8;
    private static final int MAX_HELD = 64 << 10;
    private static final int HEX_DIGITS = 4;

    private final byte[] pattern;
    private final int[] fallback;
    private int matched;

    // Bytes that belong to the characters matched so far, how many to each, and those of a character not yet whole.
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private final Deque<Integer> lengths = new ArrayDeque<>();
    private final StringBuilder escape = new StringBuilder(HEX_DIGITS + 1);
    private int backslashes;

    /** @param credential null when there is none to look for */
    public CredentialWatch(@Nullable String credential) {
        byte[] wanted = credential == null
                ? new byte[0]
                : credential.replace("\\", "").getBytes(StandardCharsets.US_ASCII);
        this.pattern = wanted.length < MIN_LENGTH ? new byte[0] : wanted;
        this.fallback = fallbacks(pattern);
    }

    // Knuth, Morris and Pratt.
    private static int[] fallbacks(byte[] pattern) {
        int[] fallback = new int[pattern.length];
        int length = 0;
        for (int i = 1; i < pattern.length; i++) {
            while (length > 0 && pattern[i] != pattern[length]) {
                length = fallback[length - 1];
            }
            if (pattern[i] == pattern[length]) {
                length++;
            }
            fallback[i] = length;
        }
        return fallback;
    }

    /** What may go on of these bytes and those held back before; null once the credential has been seen. */
    public byte @Nullable [] feed(byte[] bytes) {
        if (pattern.length == 0) {
            return bytes;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (byte b : bytes) {
            if (matched == 0 && backslashes == 0 && b != pattern[0] && b != '\\') {
                out.write(b);
                continue;
            }
            held.write(b);
            read(b, out);
            if (matched == pattern.length || held.size() > MAX_HELD) {
                return null;
            }
        }
        return out.toByteArray();
    }

    /** What was held back, now that nothing follows. */
    public byte[] end() {
        byte[] rest = held.toByteArray();
        held.reset();
        return rest;
    }

    /** Whether a text, such as the value of a header, holds the credential. */
    public boolean isIn(String text) {
        return new CredentialWatch(this).feed(text.getBytes(StandardCharsets.UTF_8)) == null;
    }

    private CredentialWatch(CredentialWatch other) {
        this.pattern = other.pattern;
        this.fallback = other.fallback;
    }

    private void read(byte b, ByteArrayOutputStream out) {
        if (!escape.isEmpty()) {
            if (Character.digit(b, 16) >= 0) {
                escape.append((char) b);
                if (escape.length() > HEX_DIGITS) {
                    int c = Integer.parseInt(escape.substring(1), 16);
                    escape.setLength(0);
                    advance(c < 0x80 ? (byte) c : 0, takeBackslashes() + 1 + HEX_DIGITS, out);
                }
                return;
            }
            // No escape after all: each of its characters stands for itself.
            String plain = escape.toString();
            escape.setLength(0);
            advance((byte) plain.charAt(0), takeBackslashes() + 1, out);
            for (int i = 1; i < plain.length(); i++) {
                advance((byte) plain.charAt(i), 1, out);
            }
        }
        if (b == '\\') {
            backslashes++;
        } else if (b == 'u' && backslashes > 0) {
            escape.append('u');
        } else {
            advance(b, takeBackslashes() + 1, out);
        }
    }

    private int takeBackslashes() {
        int taken = backslashes;
        backslashes = 0;
        return taken;
    }

    private void advance(byte character, int length, ByteArrayOutputStream out) {
        if (matched == pattern.length) {
            return;
        }
        lengths.addLast(length);
        while (matched > 0 && pattern[matched] != character) {
            matched = fallback[matched - 1];
        }
        if (pattern[matched] == character) {
            matched++;
        }
        int released = 0;
        while (lengths.size() > matched) {
            released += lengths.removeFirst();
        }
        byte[] all = held.toByteArray();
        out.write(all, 0, released);
        held.reset();
        held.write(all, released, all.length - released);
    }
}
