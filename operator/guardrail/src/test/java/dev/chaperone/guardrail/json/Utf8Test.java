package dev.chaperone.guardrail.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Utf8Test {
    // Where the table of well-formed sequences changes its mind, and one beside each.
    private static final int[] NEXT = {0x00, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBE, 0xBF, 0xC0, 0xFF};

    @Test
    void takesExactlyTheSequencesThatUnicodeHas() {
        for (int first = 0; first < 256; first++) {
            assertAsUnicode(first);
            for (int second : NEXT) {
                assertAsUnicode(first, second);
                for (int third : NEXT) {
                    assertAsUnicode(first, second, third);
                    for (int fourth : NEXT) {
                        assertAsUnicode(first, second, third, fourth);
                    }
                }
            }
        }
    }

    @Test
    void saysWhetherAnEscapeMayStandForASurrogate() throws Exception {
        for (String text : new String[]{"\\ud800", "\\uDC00", "x\\uD", "\\\\ud"}) {
            assertThat(Utf8.check(text.getBytes(StandardCharsets.UTF_8))).as(text).isTrue();
        }
        for (String text : new String[]{"", "\\", "\\u", "\\u00e9", "ud800", "\\nd", "\\Ud800"}) {
            assertThat(Utf8.check(text.getBytes(StandardCharsets.UTF_8))).as(text).isFalse();
        }
    }

    private static void assertAsUnicode(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        if (isRead(bytes) != isUnicode(bytes)) {
            throw new AssertionError(Arrays.toString(bytes));
        }
    }

    private static boolean isRead(byte[] bytes) {
        try {
            Utf8.check(bytes);
            return true;
        } catch (MalformedJsonException e) {
            return false;
        }
    }

    private static boolean isUnicode(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
