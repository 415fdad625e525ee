package dev.chaperone.guardrail.spool;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long lines have been waiting, by a monotonic clock. Lines of one moment share a mark, and when there are many
 * marks every second one goes: a line then seems older than it is, by the smaller a part the older it is.
 */
final class Ages {
    private static final long MOMENT_NANOS = 100_000_000;
    private static final int MAX_MARKS = 1024;
    // Beyond this, the clock was wrong then or is now.
    private static final Duration PLAUSIBLE = Duration.ofDays(30);

    private final LongSupplier nanos;
    private final long opened;
    private final Instant openedAt;
    private final TreeMap<Long, Long> marks = new TreeMap<>();
    private long written = -1;
    private long acknowledged = -1;
    private long distrusted;
    private long foreign;

    /**
     * @param clock what lines of other boots were dated by
     * @param nanos monotonic
     */
    Ages(Clock clock, LongSupplier nanos) {
        this.nanos = nanos;
        this.opened = nanos.getAsLong();
        this.openedAt = clock.instant();
        this.foreign = opened;
    }

    /** This boot wrote a line. */
    void written(long sequence) {
        written = sequence;
        long now = nanos.getAsLong();
        Map.Entry<Long, Long> last = marks.lastEntry();
        if (last != null && now - last.getValue() < MOMENT_NANOS) {
            return;
        }
        marks.put(sequence, now);
        if (marks.size() > MAX_MARKS) {
            thinOut();
        }
    }

    private void thinOut() {
        boolean keep = true;
        for (Iterator<Long> each = marks.keySet().iterator(); each.hasNext();) {
            each.next();
            if (!keep) {
                each.remove();
            }
            keep = !keep;
        }
    }

    /** A line of this boot was acknowledged, and all before it. */
    void acknowledged(long sequence) {
        acknowledged = Math.max(acknowledged, sequence);
        Long mark = marks.floorKey(acknowledged + 1);
        if (mark != null) {
            marks.headMap(mark).clear();
        }
    }

    /** What was acknowledged is to be sent again: it waits from now on. */
    void distrusted() {
        distrusted = nanos.getAsLong();
    }

    /**
     * The oldest line that waits is another boot's.
     *
     * @param time when it was written, as it says itself; null when it does not
     */
    void foreign(@Nullable String time) {
        foreign = opened;
        try {
            Duration age = time == null ? Duration.ZERO : Duration.between(Instant.parse(time), openedAt);
            if (!age.isNegative() && age.compareTo(PLAUSIBLE) <= 0) {
                foreign = opened - age.toNanos();
            }
        } catch (DateTimeException | ArithmeticException e) {
            // As if it had been written when this boot began.
        }
    }

    /** For how long another boot's line waits. */
    Duration ofForeign() {
        return since(foreign);
    }

    /** For how long the line of this boot waits that is the first after this one. */
    Duration after(long sequence) {
        long since = sequence < acknowledged ? distrusted : Long.MAX_VALUE;
        if (acknowledged < written) {
            Map.Entry<Long, Long> mark = marks.floorEntry(Math.max(sequence, acknowledged) + 1);
            since = Math.min(since, mark == null ? opened : mark.getValue());
        }
        return since == Long.MAX_VALUE ? Duration.ZERO : since(since);
    }

    private Duration since(long then) {
        return Duration.ofNanos(Math.max(0, nanos.getAsLong() - then));
    }
}
