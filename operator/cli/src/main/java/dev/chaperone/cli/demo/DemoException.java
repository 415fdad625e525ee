package dev.chaperone.cli.demo;

/** The demonstration cannot be played here; the message says why, and the mend. */
public final class DemoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoException(String message) {
        super(message);
    }
}
