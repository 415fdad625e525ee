package dev.chaperone.admission.server;

/** Throws anything anywhere. */
final class TestingThrower {
    private TestingThrower() {}

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T sneaky(Throwable problem) throws T {
        throw (T) problem;
    }
}
