package dev.chaperone.cli;

/** Something around the command is not as it needs it; the message says what, in one line. */
final class EnvironmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnvironmentException(String message) {
        super(message);
    }
}
