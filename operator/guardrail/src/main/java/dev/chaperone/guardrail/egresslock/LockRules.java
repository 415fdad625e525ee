package dev.chaperone.guardrail.egresslock;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The rules, in the words of nft(8):
 *
 * <pre>
 * table inet chaperone {
 *   chain out {
 *     type filter hook output priority filter; policy drop;
 *     oifname "lo" accept
 *     ct state established,related ct direction reply accept
 *     meta skuid UID accept
 *     ct state established tcp flags ! syn accept
 *     icmpv6 type 133-136 accept
 *     counter reject with icmpx admin-prohibited
 *   }
 * }
 * </pre>
 *
 * <p>That a connection is established lets only answers out to whoever opened it from outside. What the guardrail opened goes
 * on being established after its socket is gone, and for UDP that is all there is: whoever takes the port that it has just
 * asked a name server from could ask as well. Of TCP, what has no socket any more still has to go out, such as the last
 * packets of a connection that was closed; nobody else opens one without SYN.
 *
 * <p>Neighbour discovery of IPv6 is the kernel's and belongs to no user: without it not even the guardrail would find its
 * way. Others cannot send it, since that takes a raw socket.
 */
final class LockRules {
    static final String TABLE = "chaperone";

    /** How many acknowledgements tell that all of it is in force. */
    static final int ACKNOWLEDGED = 10;

    /** The same of the removal. */
    static final int REMOVAL_ACKNOWLEDGED = 2;

    private static final String CHAIN = "out";
    private static final String LOOPBACK = "lo";

    // linux/netlink.h
    private static final int REQUEST = 0x001;
    private static final int ACKNOWLEDGE = 0x004;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;

    // linux/netfilter/nfnetlink.h, linux/netfilter.h
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NFTABLES = 10;
    private static final int UNSPECIFIED = 0;
    private static final int INET = 1;
    private static final int LOCAL_OUT = 3;

    // linux/netfilter/nf_tables.h, up to the end
    private static final int NEW_TABLE = NFTABLES << 8;
    private static final int DELETE_TABLE = NEW_TABLE | 2;
    private static final int NEW_CHAIN = NEW_TABLE | 3;
    private static final int NEW_RULE = NEW_TABLE | 6;

    private static final int VERDICT_REGISTER = 0;
    private static final int REGISTER = 1;
    private static final int DROP = 0;
    private static final int ACCEPT = 1;

    private static final int META_OUTPUT_NAME = 7;
    private static final int META_USER = 10;
    private static final int META_PROTOCOL = 16;
    private static final int TRANSPORT_HEADER = 2;
    private static final int CT_STATE = 0;
    private static final int CT_DIRECTION = 1;
    private static final int CT_ESTABLISHED = 2;
    private static final int CT_RELATED = 4;
    private static final byte REPLY = 1;
    private static final int EQUAL = 0;
    private static final int NOT_EQUAL = 1;
    private static final int AT_MOST = 3;
    private static final int AT_LEAST = 5;
    private static final int REJECT_ICMPX = 2;
    private static final byte ADMIN_PROHIBITED = 3;

    private static final int INTERFACE_NAME = 16;
    private static final byte TCP = 6;
    private static final int TCP_FLAGS = 13;
    private static final byte SYN = 2;
    private static final byte ICMPV6 = 58;
    private static final byte ROUTER_SOLICITATION = (byte) 133;
    private static final byte NEIGHBOUR_ADVERTISEMENT = (byte) 136;

    private LockRules() {}

    /**
     * One batch, which comes into force whole or not at all and takes the place of the table that is there.
     *
     * @param user the only one that gets out
     */
    static byte[] batch(int user) {
        Sequence all = new Sequence();
        all.plain(BATCH_BEGIN);
        remove(all);
        all.request(NEW_TABLE, CREATE, message -> message.text(1, TABLE));
        all.request(NEW_CHAIN, CREATE, LockRules::chain);
        all.rule(rule -> {
            meta(rule, META_OUTPUT_NAME);
            compare(rule, EQUAL, Arrays.copyOf(LOOPBACK.getBytes(StandardCharsets.US_ASCII), INTERFACE_NAME));
            accept(rule);
        });
        all.rule(rule -> {
            connectionIs(rule, CT_ESTABLISHED | CT_RELATED);
            expression(rule, "ct", data -> data.number(1, REGISTER).number(2, CT_DIRECTION));
            compare(rule, EQUAL, REPLY);
            accept(rule);
        });
        all.rule(rule -> {
            meta(rule, META_USER);
            compare(rule, EQUAL, NetlinkMessage.native32(user));
            accept(rule);
        });
        all.rule(rule -> {
            connectionIs(rule, CT_ESTABLISHED);
            meta(rule, META_PROTOCOL);
            compare(rule, EQUAL, TCP);
            payload(rule, TCP_FLAGS);
            masked(rule, SYN);
            compare(rule, EQUAL, (byte) 0);
            accept(rule);
        });
        all.rule(rule -> {
            meta(rule, META_PROTOCOL);
            compare(rule, EQUAL, ICMPV6);
            payload(rule, 0);
            compare(rule, AT_LEAST, ROUTER_SOLICITATION);
            compare(rule, AT_MOST, NEIGHBOUR_ADVERTISEMENT);
            accept(rule);
        });
        all.rule(rule -> {
            expression(rule, "counter", _ -> {});
            expression(rule, "reject", data -> data.number(1, REJECT_ICMPX).bytes(2, ADMIN_PROHIBITED));
        });
        all.plain(BATCH_END);
        return all.message.toBytes();
    }

    /** One batch that takes the table away, if there is one. */
    static byte[] removal() {
        Sequence all = new Sequence();
        all.plain(BATCH_BEGIN);
        remove(all);
        all.plain(BATCH_END);
        return all.message.toBytes();
    }

    // Made so that it can be deleted, which takes it away with all that is in it.
    private static void remove(Sequence all) {
        all.request(NEW_TABLE, CREATE, message -> message.text(1, TABLE));
        all.request(DELETE_TABLE, 0, message -> message.text(1, TABLE));
    }

    private static void chain(NetlinkMessage message) {
        message.text(1, TABLE).text(3, CHAIN)
                .nested(4, hook -> hook.number(1, LOCAL_OUT).number(2, 0))
                .number(5, DROP)
                .text(7, "filter");
    }

    private static void meta(NetlinkMessage rule, int key) {
        expression(rule, "meta", data -> data.number(2, key).number(1, REGISTER));
    }

    private static void connectionIs(NetlinkMessage rule, int states) {
        expression(rule, "ct", data -> data.number(1, REGISTER).number(2, CT_STATE));
        masked(rule, NetlinkMessage.native32(states));
        compare(rule, NOT_EQUAL, NetlinkMessage.native32(0));
    }

    /** One byte of the transport header. */
    private static void payload(NetlinkMessage rule, int offset) {
        expression(rule, "payload",
                data -> data.number(1, REGISTER).number(2, TRANSPORT_HEADER).number(3, offset).number(4, 1));
    }

    private static void masked(NetlinkMessage rule, byte... mask) {
        expression(rule, "bitwise", data -> data.number(1, REGISTER).number(2, REGISTER).number(3, mask.length)
                .nested(4, bits -> bits.bytes(1, mask))
                .nested(5, xor -> xor.bytes(1, new byte[mask.length])));
    }

    private static void compare(NetlinkMessage rule, int operator, byte... value) {
        expression(rule, "cmp", data -> data.number(1, REGISTER).number(2, operator)
                .nested(3, compared -> compared.bytes(1, value)));
    }

    private static void accept(NetlinkMessage rule) {
        expression(rule, "immediate", data -> data.number(1, VERDICT_REGISTER)
                .nested(2, verdict -> verdict.nested(2, code -> code.number(1, ACCEPT))));
    }

    private static void expression(NetlinkMessage rule, String name, Consumer<NetlinkMessage> data) {
        rule.nested(1, element -> element.text(1, name).nested(2, data));
    }

    /** The messages of a batch, numbered. */
    private static final class Sequence {
        private final NetlinkMessage message = new NetlinkMessage();
        private int next;

        void plain(int type) {
            message.message(type, REQUEST, next++, UNSPECIFIED, NFTABLES, _ -> {});
        }

        void request(int type, int flags, Consumer<NetlinkMessage> body) {
            message.message(type, REQUEST | ACKNOWLEDGE | flags, next++, INET, 0, body);
        }

        void rule(Consumer<NetlinkMessage> expressions) {
            request(NEW_RULE, CREATE | APPEND,
                    body -> body.text(1, TABLE).text(2, CHAIN).nested(4, expressions));
        }
    }
}
