package dev.chaperone.controller.plan;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A range of addresses. */
record Cidr(BigInteger network, int bits, int prefix) {
    private static final int BYTE = 8;

    /** Null when the text is none. Nothing is looked up: what has a slash and no letters beyond f is no name. */
    static @Nullable Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.matches("[0-9a-f:.]+/[0-9]{1,3}")) {
            return null;
        }
        String address = text.substring(0, slash);
        if (address.indexOf(':') < 0 && !address.matches("[0-9]+(\\.[0-9]+){3}")) {
            return null;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            int bits = bytes.length * BYTE;
            int prefix = Integer.parseInt(text.substring(slash + 1));
            return prefix > bits ? null : new Cidr(new BigInteger(1, bytes).shiftRight(bits - prefix), bits, prefix);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether the other is smaller and within this one. */
    boolean strictlyContains(Cidr other) {
        return bits == other.bits && prefix < other.prefix
                && other.network.shiftRight(other.prefix - prefix).equals(network);
    }
}
