package dev.chaperone.guardrail.spool;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The spool has no room for a line, or its disk does not take it: nothing of the line counts. */
public final class SpoolFullException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
