package dev.chaperone.guardrail.state;

import dev.chaperone.config.channel.EgressLockReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the egress lock leaves in the state directory for the guardrail: a line each. Nobody else mounts the directory; the
 * guardrail takes the file for the lock's because it is root's, who it is not itself.
 *
 * @param network the network namespace that the lock was set in
 * @param at when it was tried
 * @param proven whether everything that was tried was refused by the lock, and could be reached before
 * @param detail what was tried and what came of it, for people
 */
public record EgressLockProof(String network, Instant at, boolean proven, String detail) {
    private static final String FILE = "egress-lock";
    private static final Path OWN_NETWORK = Path.of("/proc/self/ns/net");
    private static final int LINES = 4;
    private static final int LONGEST = 1024;
    private static final int MOST_BYTES = 8192;

    public EgressLockProof {
        detail = detail.replaceAll("\\p{Cntrl}", " ");
        detail = detail.length() <= LONGEST ? detail : detail.substring(0, LONGEST);
    }

    /** The network namespace of this process, which the kernel may name another one after when this one is gone. */
    public static String ownNetwork() throws IOException {
        return Files.readSymbolicLink(OWN_NETWORK).toString();
    }

    /** Leaves it. */
    public void leaveIn(Path stateDirectory) throws IOException {
        Path next = stateDirectory.resolve(FILE + ".next");
        Files.deleteIfExists(next);
        Files.writeString(next, String.join("\n", network, at.toString(), String.valueOf(proven), detail) + "\n");
        Files.move(next, stateDirectory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** What there is to report; null when no lock has left anything. */
    public static @Nullable EgressLockReport reported(Path stateDirectory) {
        return reported(stateDirectory, 0);
    }

    static @Nullable EgressLockReport reported(Path stateDirectory, int owner) {
        Path file = stateDirectory.resolve(FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    || !Integer.valueOf(owner)
                            .equals(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
                return useless("the proof was not left by the lock");
            }
            EgressLockProof proof = read(file);
            return proof.network.equals(ownNetwork())
                    ? new EgressLockReport(proof.proven, proof.at, proof.detail)
                    : useless("the proof is of another network namespace");
        } catch (IOException | DateTimeException e) {
            return useless("the proof cannot be read");
        }
    }

    private static EgressLockProof read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("too large");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        if (lines.size() != LINES) {
            throw new IOException("not " + LINES + " lines");
        }
        return new EgressLockProof(
                lines.get(0), Instant.parse(lines.get(1)), Boolean.parseBoolean(lines.get(2)), lines.get(3));
    }

    private static EgressLockReport useless(String why) {
        return new EgressLockReport(false, Instant.EPOCH, why);
    }
}
