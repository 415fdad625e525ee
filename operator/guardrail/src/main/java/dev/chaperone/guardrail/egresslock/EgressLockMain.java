package dev.chaperone.guardrail.egresslock;

import dev.chaperone.guardrail.state.EgressLockProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The init container's entry point. It ends with 0 when the lock is in force, whether or not that could be proven, and with
 * 3 when it is not: the pod then does not start.
 */
public final class EgressLockMain {
    private static final int USER = 64_515;
    private static final int ENVIRONMENT = 3;
    private static final Path RESOLVER = Path.of("/etc/resolv.conf");
    private static final Path TERMINATION = Path.of("/dev/termination-log");

    private EgressLockMain() {}

    public static void main(String[] arguments) {
        Path state = Path.of(System.getenv().getOrDefault("CHAPERONE_STATE_DIRECTORY", "/var/lib/chaperone"));
        try {
            EgressLockProof proof = lock(Clock.systemUTC());
            tell((proof.proven() ? "locked and proven: " : "locked, and not proven: ") + proof.detail());
            proof.leaveIn(state);
        } catch (LockException e) {
            tell("the pod's egress cannot be locked: " + e.getMessage());
            System.exit(ENVIRONMENT);
        } catch (IOException e) {
            tell("locked, and the proof cannot be left for the guardrail: " + e);
        }
    }

    private static EgressLockProof lock(Clock clock) throws LockException, IOException {
        Probe probe = new Probe(Target::attempt);
        try (Netlink netlink = Netlink.open()) {
            // Left by a run that was cut short. Nothing of the agent runs yet, and what was reachable has to be.
            netlink.send(LockRules.removal(), LockRules.REMOVAL_ACKNOWLEDGED);
            List<Target> targets = Targets.of(System.getenv(), RESOLVER);
            probe.before(targets);
            netlink.send(LockRules.batch(USER), LockRules.ACKNOWLEDGED);
        }
        probe.after();
        return new EgressLockProof(
                EgressLockProof.ownNetwork(), clock.instant().truncatedTo(ChronoUnit.MILLIS), probe.proven(),
                probe.text());
    }

    private static void tell(String message) {
        System.err.println(message);
        try {
            if (Files.isWritable(TERMINATION)) {
                Files.writeString(TERMINATION, message);
            }
        } catch (IOException e) {
            System.err.println("no termination message: " + e);
        }
    }
}
