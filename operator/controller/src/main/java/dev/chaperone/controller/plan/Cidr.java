package dev.chaperone.controller.plan;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses.
 *
 * @param network what all of its addresses begin with, as a number
 * @param bits how long its addresses are
 * @param prefix how long their common beginning is
 */
record Cidr(BigInteger network, int bits, int prefix) {
    /** Null when the text is none. */
    static @Nullable Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.matches("([0-9]+(\\.[0-9]+){3}|[0-9a-f]*:[0-9a-f:]*)/[0-9]{1,3}")) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
        int bits = bytes.length * Byte.SIZE;
        int prefix = Integer.parseInt(text.substring(slash + 1));
        return prefix > bits ? null : new Cidr(new BigInteger(1, bytes).shiftRight(bits - prefix), bits, prefix);
    }

    /** Whether the other is smaller and within this one. */
    boolean strictlyContains(Cidr other) {
        return bits == other.bits && prefix < other.prefix
                && other.network.shiftRight(other.prefix - prefix).equals(network);
    }

    /** In the one form that every API server takes, whatever leading zeros it came with. */
    String text() {
        byte[] number = network.shiftLeft(bits - prefix).toByteArray();
        byte[] bytes = new byte[bits / Byte.SIZE];
        int length = Math.min(number.length, bytes.length);
        System.arraycopy(number, number.length - length, bytes, bytes.length - length, length);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefix;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(bits + " are no address", e);
        }
    }
}
