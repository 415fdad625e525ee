package dev.chaperone.cli.cluster;

/** There is no cluster to ask; the message says why, in one line. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterException(String message) {
        super(message);
    }
}
