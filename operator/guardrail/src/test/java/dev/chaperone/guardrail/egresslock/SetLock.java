package dev.chaperone.guardrail.egresslock;

/** Sets the lock where it is started, and nothing else. */
final class SetLock {
    private SetLock() {}

    public static void main(String[] arguments) throws LockException {
        try (Netlink netlink = Netlink.open()) {
            netlink.send(LockRules.batch(64515), LockRules.ACKNOWLEDGED);
        }
    }
}
