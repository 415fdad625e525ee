package dev.chaperone.it.cluster;

import java.util.Map;

/** Whoever applies policies and tool servers to a namespace. */
final class PolicyAuthor {
    private final InstalledCluster cluster;

    PolicyAuthor(InstalledCluster cluster) {
        this.cluster = cluster;
    }

    /** Applies the servers and the policy of the namespace. @param longest how long a message may be echoed */
    void appliesGoverned(int longest) {
        cluster.apply("governed.yaml", Map.of("longest", String.valueOf(longest)));
    }

    /** Pins the tool {@code everything/echo}, the only one of its server from then on. */
    void pinsEcho(String definition) {
        cluster.apply("pinned.yaml", Map.of("definition", definition));
    }
}
