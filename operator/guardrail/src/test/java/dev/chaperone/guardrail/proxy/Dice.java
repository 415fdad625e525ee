package dev.chaperone.guardrail.proxy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Chance that falls the same way again for the same seed. */
final class Dice {
    private static final byte[] MEANINGFUL = "\r\n\t \0:;,{}[]\"\\/0-+%\u007f\u0085\u00ef\u00bb\u00bf\u00ff"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    private static final int MAX_COPY = 64;

    private final SplittableRandom random;

    Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    @SafeVarargs
    final <T> T pick(T... options) {
        return options[random.nextInt(options.length)];
    }

    <T> T pick(List<T> options) {
        return options.get(random.nextInt(options.size()));
    }

    /** Where to cut something of this length, in order. */
    int[] cuts(int length, int pieces) {
        return random.ints(pieces - 1L, 0, length + 1).sorted().toArray();
    }

    /** The same bytes with one to three small faults. */
    byte[] spoilt(byte[] bytes) {
        byte[] spoilt = bytes;
        for (int left = 1 + below(3); left > 0 && spoilt.length > 0; left--) {
            spoilt = spoiltOnce(spoilt);
        }
        return spoilt;
    }

    private byte[] spoiltOnce(byte[] bytes) {
        int at = below(bytes.length);
        int end = Math.min(bytes.length, at + 1 + below(MAX_COPY));
        byte odd = chance(70) ? MEANINGFUL[below(MEANINGFUL.length)] : (byte) below(256);
        return switch (below(6)) {
            case 0 -> joined(bytes, at, new byte[]{(byte) (bytes[at] ^ 1 << below(8))}, at + 1);
            case 1 -> joined(bytes, at, new byte[]{odd}, at + 1);
            case 2 -> joined(bytes, at, new byte[]{odd}, at);
            case 3 -> joined(bytes, at, new byte[0], chance(50) ? at + 1 : end);
            case 4 -> joined(bytes, end, Arrays.copyOfRange(bytes, at, end), end);
            default -> joined(bytes, below(bytes.length), Arrays.copyOfRange(bytes, at, end), bytes.length);
        };
    }

    private static byte[] joined(byte[] bytes, int until, byte[] middle, int from) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + middle.length);
        out.write(bytes, 0, until);
        out.writeBytes(middle);
        out.write(bytes, from, bytes.length - from);
        return out.toByteArray();
    }
}
