package dev.chaperone.guardrail.egresslock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Bytes of netlink messages as netlink(7) and {@code linux/netfilter/nfnetlink.h} lay them out. Headers are in the
 * machine's byte order; what nftables reads as a number is big-endian.
 */
final class NetlinkMessage {
    private static final int CAPACITY = 4096;
    private static final int ALIGNMENT = 4;
    private static final short NESTED = (short) 0x8000;

    private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    /**
     * A message of netfilter's.
     *
     * @param type of the message, its subsystem in the upper byte
     * @param family of addresses
     * @param resource the subsystem that a batch is for; 0 outside of such
     */
    NetlinkMessage message(int type, int flags, int sequence, int family, int resource, Consumer<NetlinkMessage> body) {
        int start = buffer.position();
        buffer.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
        buffer.put((byte) family).put((byte) 0).put((byte) (resource >> 8)).put((byte) resource);
        body.accept(this);
        buffer.putInt(start, buffer.position() - start);
        return this;
    }

    NetlinkMessage nested(int type, Consumer<NetlinkMessage> body) {
        return attribute((short) (type | NESTED), body);
    }

    /** Text that ends with a zero byte. */
    NetlinkMessage text(int type, String text) {
        return bytes(type, (text + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    NetlinkMessage number(int type, int value) {
        return attribute((short) type, _ -> buffer.put(bigEndian(value)));
    }

    NetlinkMessage bytes(int type, byte... value) {
        return attribute((short) type, _ -> buffer.put(value));
    }

    private NetlinkMessage attribute(short type, Consumer<NetlinkMessage> body) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort(type);
        body.accept(this);
        buffer.putShort(start, (short) (buffer.position() - start));
        while (buffer.position() % ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static byte[] bigEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    /** A number as the kernel holds it in its registers. */
    static byte[] native32(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
    }
}
