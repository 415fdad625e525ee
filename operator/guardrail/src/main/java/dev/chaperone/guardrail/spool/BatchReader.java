package dev.chaperone.guardrail.spool;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.EvidenceBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be sent together, from a place in a segment on.
 *
 * @param batch lines of it; null when there is none and what is here is passed over
 * @param passed where to go on when there is no batch
 * @param lost how many lines are passed over that cannot be read
 */
record BatchReader(@Nullable SpoolBatch batch, long passed, int lost) {
    /** What goes together usually, for the sake of a small heap: a message takes several times its bytes. */
    static final int USUAL_BYTES = 64 << 10;

    /**
     * Reads lines that were not acknowledged, up to one that cannot be read.
     *
     * @param from where in the segment
     * @param length where the segment ends
     */
    static BatchReader read(Segment segment, long from, long length, SpoolState state) throws IOException {
        String boot = segment.boot();
        String acknowledgement = boot.equals(state.boot()) ? state.acknowledgement() : null;
        int most = ChannelPaths.MAX_EVIDENCE_BYTES - new EvidenceBatch(boot, acknowledgement, List.of()).write().length;
        int room = Math.min(most, USUAL_BYTES);
        byte[] bytes = segment.read(from, (int) Math.min(room, length - from));
        if (new Lines(bytes, from + bytes.length == length).next() == null) {
            room = most;
            bytes = segment.read(from, (int) Math.min(room, length - from));
        }
        Lines lines = new Lines(bytes, from + bytes.length == length);
        List<byte[]> sent = new ArrayList<>();
        List<SpoolBatch.Mark> marks = new ArrayList<>();
        int size = 0;
        int passed = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            AuditLine read = Lines.read(line, boot);
            if (read == null) {
                if (sent.isEmpty()) {
                    return new BatchReader(null, from + lines.end(), 1);
                }
                break;
            }
            if (read.sequence() <= state.acknowledgedOf(boot)) {
                passed = lines.end();
                continue;
            }
            size += line.length + 1;
            if (size > room) {
                break;
            }
            sent.add(line);
            marks.add(SpoolBatch.Mark.of(read, from + lines.end()));
        }
        if (!sent.isEmpty()) {
            return new BatchReader(new SpoolBatch(new EvidenceBatch(boot, acknowledgement, sent), marks), from, 0);
        }
        // No line is longer than a message.
        return passed > 0
                ? new BatchReader(null, from + passed, 0)
                : new BatchReader(null, from + bytes.length, 1);
    }
}
