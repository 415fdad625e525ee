package dev.chaperone.controller.fleet;

/** Ends what it was given for. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
    @Override
    void close();
}
