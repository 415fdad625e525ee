package dev.chaperone.guardrail.egresslock;

/** The egress lock cannot be set. The message is for whoever reads the pod's status, and says how to mend it. */
final class LockException extends Exception {
    private static final long serialVersionUID = 1;

    LockException(String message) {
        super(message);
    }

    static LockException of(String what, int errno) {
        return new LockException(what + ": " + explanation(errno));
    }

    private static String explanation(int errno) {
        return switch (errno) {
            case 1, 13 ->
                "not permitted (errno " + errno + "); the container runs without the capability NET_ADMIN: see"
                        + " whether the container runtime or a sandbox takes it away";
            case 2, 95 -> "not supported (errno " + errno
                    + "); the node's kernel lacks nf_tables with ct, meta, payload and"
                    + " reject for inet (modules nf_tables, nft_ct, nft_reject_inet): load them on the node, or take egress"
                    + " mode Restricted for pods of such nodes";
            case 93, 97 -> "not supported (errno " + errno + "); the node's kernel has no netfilter netlink (module"
                    + " nfnetlink), or the pod runs in a sandbox without it: load it on the node, or take egress mode"
                    + " Restricted for pods of such nodes";
            default -> "errno " + errno;
        };
    }
}
