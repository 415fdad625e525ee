package dev.chaperone.test;

import org.opentest4j.TestAbortedException;

/** A test that cannot run here counts as skipped, and says why in the output. */
public final class Skip {
    private Skip() {}

    /** To be thrown. */
    public static TestAbortedException because(String reason) {
        String skipped = "skipped: " + reason;
        System.err.println(skipped);
        return new TestAbortedException(skipped);
    }
}
