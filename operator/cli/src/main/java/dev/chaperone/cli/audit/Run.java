package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.Finding.Sameness;
import dev.chaperone.config.audit.AuditLine;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records of a boot of which each follows the one before; only its ends are kept. */
final class Run {
    private static final int DIGITS = "sha256:".length();
    private static final int LONGEST_TEXT = 512;

    private final Budget budget;
    private final long from;
    private final String previous;
    private final Place first;
    private final @Nullable String firstTime;
    private long to;
    private String lastPrevious;
    private String digest;
    private Place last;
    private @Nullable String lastTime;
    private @Nullable String agent;
    private @Nullable TreeMap<Long, String> laterFiles;
    private long[] marks = new long[1];
    private long[] lines = new long[1];
    private int marked;

    Run(AuditLine line, Place place, Budget budget) {
        this.budget = budget;
        from = line.sequence();
        previous = line.previous();
        first = place;
        firstTime = text(line, "time");
        to = from;
        lastPrevious = previous;
        digest = line.digest();
        last = place;
        remember(line, place);
    }

    boolean goesOnWith(AuditLine line) {
        return line.sequence() == to + 1 && line.previous().equals(digest);
    }

    void add(AuditLine line, Place place) {
        if (!place.file().equals(last.file())) {
            laterFiles = laterFiles == null ? new TreeMap<>() : laterFiles;
            laterFiles.put(line.sequence(), place.file());
        }
        to = line.sequence();
        lastPrevious = line.previous();
        digest = line.digest();
        last = place;
        remember(line, place);
    }

    private void remember(AuditLine line, Place place) {
        lastTime = text(line, "time");
        String named = text(line, "agent");
        agent = named == null ? agent : named;
        // The first that is not marked ends it, so that marks count from the first record.
        if (marked == to - from && budget.takeMark()) {
            if (marked == marks.length) {
                marks = Arrays.copyOf(marks, marked * 2);
                lines = Arrays.copyOf(lines, marked * 2);
            }
            marks[marked] = mark(line.digest());
            lines[marked++] = place.line();
        }
    }

    // As long as people read of it: a record that was made up may say more than there is memory.
    private static @Nullable String text(AuditLine line, String name) {
        String text = line.record().path(name).textValue();
        return text == null || text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    private static long mark(String digest) {
        return Long.parseUnsignedLong(digest, DIGITS, DIGITS + 16, 16);
    }

    Sameness compare(AuditLine line) {
        if (line.sequence() == to) {
            return line.digest().equals(digest) ? Sameness.SAME : Sameness.OTHER;
        }
        long index = line.sequence() - from;
        if (index >= marked) {
            return Sameness.UNKNOWN;
        }
        return marks[(int) index] == mark(line.digest()) ? Sameness.SAME : Sameness.OTHER;
    }

    boolean holds(long sequence) {
        return from <= sequence && sequence <= to;
    }

    /** Where a record of it is; null when that is not known any more. */
    @Nullable
    Place placeOf(long sequence) {
        if (sequence == to) {
            return last;
        }
        if (sequence - from >= marked) {
            return null;
        }
        Map.Entry<Long, String> file = laterFiles == null ? null : laterFiles.floorEntry(sequence);
        return new Place(file == null ? first.file() : file.getValue(), lines[(int) (sequence - from)]);
    }

    Span span() {
        return new Span(from, to);
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /** What its first record has as the digest of the one before. */
    String previous() {
        return previous;
    }

    /** What its last record has as the digest of the one before. */
    String lastPrevious() {
        return lastPrevious;
    }

    /** The digest of its last record. */
    String digest() {
        return digest;
    }

    Place first() {
        return first;
    }

    Place last() {
        return last;
    }

    @Nullable
    String firstTime() {
        return firstTime;
    }

    @Nullable
    String lastTime() {
        return lastTime;
    }

    /** The agent that its last record names. */
    @Nullable
    String agent() {
        return agent;
    }
}
