package dev.chaperone.admission.server;

/** A body that is no question, so that there is nothing to answer. Its message quotes nothing of the body. */
final class ReviewException extends Exception {
    private static final long serialVersionUID = 1L;

    ReviewException(String message) {
        super(message);
    }
}
