package dev.chaperone.guardrail.spool;

import dev.chaperone.config.audit.AuditLine;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines in some bytes, one after the other, the last one perhaps without its end. */
final class Lines {
    private final byte[] bytes;
    private final boolean lastCounts;
    private int start;
    private int next;

    /** @param lastCounts whether a line without its end is one */
    Lines(byte[] bytes, boolean lastCounts) {
        this.bytes = bytes;
        this.lastCounts = lastCounts;
    }

    /** The next line without its end; null when there is none. */
    byte @Nullable [] next() {
        start = next;
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end == bytes.length) {
            if (!lastCounts || start == end) {
                return null;
            }
            next = end;
        } else {
            next = end + 1;
        }
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** Where the next line begins. */
    int end() {
        return next;
    }

    /** What a line of this boot says; null for anything else. */
    static @Nullable AuditLine read(byte[] line, String boot) {
        try {
            AuditLine read = AuditLine.read(line);
            return read.boot().equals(boot) ? read : null;
        } catch (IOException e) {
            return null;
        }
    }
}
