package dev.chaperone.guardrail.json;

import dev.chaperone.guardrail.json.MalformedJsonException.Reason;

/** The checks on text that the JSON parser leaves out. */
final class Utf8 {
    private Utf8() {}

    /**
     * Checks that bytes are UTF-8 in its only form: no overlong sequences, no surrogates, nothing above U+10FFFF.
     *
     * @return whether an escape may stand for a surrogate, so that strings must be looked at
     */
    static boolean check(byte[] bytes) throws MalformedJsonException {
        boolean surrogateEscapes = false;
        int i = 0;
        while (i < bytes.length) {
            byte b = bytes[i];
            if (b >= 0) {
                surrogateEscapes |= b == '\\' && i + 2 < bytes.length && bytes[i + 1] == 'u'
                        && (bytes[i + 2] | 0x20) == 'd';
                i++;
            } else {
                i += sequence(bytes, i);
            }
        }
        return surrogateEscapes;
    }

    // Table 3-7 of the Unicode Standard: what may follow depends on the first byte.
    private static int sequence(byte[] bytes, int at) throws MalformedJsonException {
        int first = bytes[at] & 0xFF;
        int low = 0x80;
        int high = 0xBF;
        int length;
        if (first >= 0xC2 && first <= 0xDF) {
            length = 2;
        } else if (first >= 0xE0 && first <= 0xEF) {
            length = 3;
            low = first == 0xE0 ? 0xA0 : low;
            high = first == 0xED ? 0x9F : high;
        } else if (first >= 0xF0 && first <= 0xF4) {
            length = 4;
            low = first == 0xF0 ? 0x90 : low;
            high = first == 0xF4 ? 0x8F : high;
        } else {
            throw new MalformedJsonException(Reason.ENCODING);
        }
        if (at + length > bytes.length) {
            throw new MalformedJsonException(Reason.ENCODING);
        }
        for (int i = at + 1; i < at + length; i++) {
            int next = bytes[i] & 0xFF;
            if (next < low || next > high) {
                throw new MalformedJsonException(Reason.ENCODING);
            }
            low = 0x80;
            high = 0xBF;
        }
        return length;
    }

    /** Refuses text in which a surrogate stands without its pair. */
    static void checkPairs(String text) throws MalformedJsonException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c) && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    throw new MalformedJsonException(Reason.ENCODING);
                }
                i++;
            }
        }
    }
}
