package dev.chaperone.config;

/** A bundle that must not be loaded: damaged, incomplete, or written in a format that this code does not read. */
public final class BundleException extends Exception {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
