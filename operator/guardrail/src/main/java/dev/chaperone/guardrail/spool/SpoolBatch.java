package dev.chaperone.guardrail.spool;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines that go to the operator together.
 *
 * @param message what it is sent
 * @param marks the place of each line
 */
public record SpoolBatch(EvidenceBatch message, List<Mark> marks) {
    public SpoolBatch {
        marks = List.copyOf(marks);
    }

    /**
     * A line's place.
     *
     * @param sequence its number
     * @param digest its digest
     * @param time when it was written, as it says itself; null when it does not
     * @param end where the next one begins in the segment
     */
    record Mark(long sequence, String digest, @Nullable String time, long end) {
        static Mark of(AuditLine line, long end) {
            return new Mark(line.sequence(), line.digest(), line.record().path("time").textValue(), end);
        }
    }

    /**
     * The last line that an answer acknowledges.
     *
     * @throws IOException when it acknowledges none of these, or more
     */
    Mark through(EvidenceAnswer answer) throws IOException {
        if (!answer.boot().equals(message.boot())) {
            throw new IOException("the operator acknowledges another boot's lines");
        }
        for (Mark mark : marks) {
            if (mark.sequence() == answer.through()) {
                return mark;
            }
        }
        throw new IOException("the operator acknowledges a line that it was not sent");
    }
}
