package dev.chaperone.controller.channel;

/** A request that is not answered with what it asked for. Says what the peer is told, and nothing that it sent. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** The token is not good. */
    static RefusedException token(String message) {
        return new RefusedException(401, message);
    }

    /** The token is good, and its pod is none that is governed. */
    static RefusedException pod(String message) {
        return new RefusedException(403, message);
    }

    /** Nothing can be said yet. */
    static RefusedException notReady(String message) {
        return new RefusedException(503, message);
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
