package dev.chaperone.guardrail.spool;

import java.nio.file.Path;

/**
 * Where lines wait for their acknowledgement, and how much of them.
 *
 * @param directory the spool's own directory
 * @param bytes so much of the disk is used at most, what the files take beyond their lines not counted
 * @param reserve so much of it is left to what cannot be refused: outcomes of calls that were forwarded, and what is
 *     said of the trail itself
 * @param segmentBytes the size of a file, which is deleted as a whole
 */
public record SpoolSettings(Path directory, long bytes, long reserve, int segmentBytes) {
    /** What a spool takes of the disk unless something else is said. */
    public static final long DEFAULT_BYTES = 64L << 20;
    /** With less, a segment and the reserve would not fit beside each other. */
    public static final long LEAST_BYTES = 4L << 20;

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final long RESERVE_BYTES = 1 << 20;

    /** @throws IllegalArgumentException for a size of less than {@link #LEAST_BYTES} */
    public static SpoolSettings of(Path directory, long bytes) {
        if (bytes < LEAST_BYTES) {
            throw new IllegalArgumentException("a spool has " + LEAST_BYTES + " bytes or more");
        }
        return new SpoolSettings(directory, bytes, RESERVE_BYTES, SEGMENT_BYTES);
    }
}
