package dev.chaperone.guardrail.spool;

import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.guardrail.state.StateFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines of the audit trail on disk until they are acknowledged, those of earlier boots first. One thread at a time
 * appends lines, another one sends them and takes the acknowledgements.
 *
 * <p>A line that was appended survives the death of the process, not that of the node's kernel.
 */
public final class Spool implements Closeable {
    /** A longer line could not be sent: what is left is for the head of the message. */
    public static final int MAX_LINE = ChannelPaths.MAX_EVIDENCE_BYTES - (32 << 10);

    private static final String STATE = "acknowledged.json";

    private final String boot;
    private final StateFile file;
    private final @Nullable ChainPosition before;
    private final SegmentQueue segments;
    private final Ages ages;

    private SpoolState state;
    private SpoolState stored;
    private long acknowledged;
    private boolean woken;

    /** What a line may take. */
    public enum Room {
        /** All but the reserve. */
        ORDINARY,
        /** The reserve too. */
        RESERVE
    }

    private Spool(SpoolSettings settings, String boot, Clock clock, LongSupplier nanos) throws IOException {
        this.boot = boot;
        Files.createDirectories(settings.directory());
        this.file = new StateFile(settings.directory().resolve(STATE));
        this.ages = new Ages(clock, nanos);
        Recovery recovery = Recovery.of(settings.directory(), file);
        this.segments = new SegmentQueue(settings, boot, recovery);
        this.before = recovery.last();
        this.stored = recovery.state();
        this.state = stored.losing(recovery.unreadable());
        ages.foreign(recovery.oldestTime());
    }

    /**
     * Opens a spool and keeps what earlier boots left in it.
     *
     * @param boot the boot that will append
     * @throws IOException when its directory cannot be used
     */
    public static Spool open(SpoolSettings settings, String boot, Clock clock) throws IOException {
        return new Spool(settings, boot, clock, System::nanoTime);
    }

    /** @param nanos monotonic */
    static Spool open(SpoolSettings settings, String boot, Clock clock, LongSupplier nanos) throws IOException {
        return new Spool(settings, boot, clock, nanos);
    }

    /** The boot that appends. */
    public String boot() {
        return boot;
    }

    /** Where the trail of the boot before ends; null when nothing is known of one. */
    public @Nullable ChainPosition before() {
        return before;
    }

    /**
     * Appends a line of this boot, or nothing of it.
     *
     * @param sequence its number
     * @param line without its end
     * @param further how many bytes must have room too, for a line that is to follow
     * @throws SpoolFullException when there is no room, or the disk does not take it
     */
    public synchronized void append(long sequence, byte[] line, Room room, int further) throws SpoolFullException {
        if (line.length > MAX_LINE) {
            throw new SpoolFullException("a record of " + line.length + " bytes is too large for the audit trail",
                    null);
        }
        byte[] whole = new byte[line.length + 1];
        System.arraycopy(line, 0, whole, 0, line.length);
        whole[line.length] = '\n';
        segments.append(sequence, whole, room, further);
        ages.written(sequence);
        notifyAll();
    }

    /** Counts a record that could not be kept. */
    public synchronized void lose() {
        state = state.losing(1);
    }

    /** How many records were lost that the trail does not speak of yet. */
    public synchronized long untold() {
        return Math.max(0, state.lost() - state.told());
    }

    /** The trail speaks of so many more records that were lost. */
    public synchronized void told(long records) {
        state = state.telling(records);
    }

    /** Waits until there is a line to send, or until {@link #wake}; says whether there is one. */
    public synchronized boolean await(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); !segments.pending() && !woken && left > 0;) {
            wait(left);
            left = Duration.ofNanos(end - System.nanoTime()).toMillis();
        }
        woken = false;
        return segments.pending();
    }

    /** Ends {@link #await}, the next one where nobody waits now. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Whether so much waits that it fills a message. */
    public synchronized boolean isMuch() {
        return segments.pendingBytes() >= BatchReader.USUAL_BYTES;
    }

    /** The lines to send now, no more than go into one message; null when there is none. */
    public @Nullable SpoolBatch next() throws IOException {
        while (true) {
            Segment head;
            long from;
            long length;
            SpoolState now;
            synchronized (this) {
                head = segments.head();
                if (head == null || !segments.pending()) {
                    return null;
                }
                from = segments.offset();
                length = head.length();
                now = state;
            }
            if (from < length) {
                BatchReader read = BatchReader.read(head, from, length, now);
                if (read.batch() != null) {
                    return read.batch();
                }
                synchronized (this) {
                    segments.pass(read.passed());
                    state = state.losing(read.lost());
                }
            }
            settle();
        }
    }

    /**
     * Takes an acknowledgement: what it acknowledges need not be kept.
     *
     * @throws IOException when it acknowledges something else than lines of this batch, or cannot be kept
     */
    public void acknowledge(SpoolBatch batch, EvidenceAnswer answer) throws IOException {
        SpoolBatch.Mark mark = batch.through(answer);
        synchronized (this) {
            state = state.acknowledged(answer.boot(), mark.sequence(), mark.digest(), answer.acknowledgement());
            segments.pass(mark.end());
            acknowledged += mark.sequence() - batch.marks().getFirst().sequence() + 1;
            if (answer.boot().equals(boot)) {
                ages.acknowledged(mark.sequence());
            } else {
                ages.foreign(mark.time());
            }
        }
        settle();
    }

    /** The operator does not believe the acknowledgement: all that is left is to be sent again, without it. */
    public void distrusted() throws IOException {
        synchronized (this) {
            // Nothing counts as acknowledged of which there is no proof.
            state = state.acknowledged(null, -1, null, null);
            segments.pass(0);
            ages.distrusted();
        }
        settle();
    }

    /** Puts on the disk what is not there yet, and deletes what is done with. */
    public void settle() throws IOException {
        List<Segment> done;
        SpoolState now;
        synchronized (this) {
            done = segments.takeDone();
            now = state.at(segments.firstNumber());
            state = now;
        }
        try {
            store(now);
            delete(done);
        } catch (IOException e) {
            // The disk is full, perhaps of what goes now.
            delete(done);
            store(now);
        }
    }

    private void delete(List<Segment> done) throws IOException {
        while (!done.isEmpty()) {
            Segment segment = done.removeFirst();
            segment.delete();
            synchronized (this) {
                segments.released(segment);
            }
        }
    }

    private void store(SpoolState now) throws IOException {
        if (!now.equals(stored)) {
            file.write(now.write());
            stored = now;
        }
    }

    /** How far the trail has been acknowledged. */
    public synchronized TrailPosition position() {
        return new TrailPosition(state.acknowledgedOf(boot), waiting(), state.lost(), untold(),
                state.acknowledgement());
    }

    private Duration waiting() {
        Segment head = segments.head();
        if (head == null || !segments.pending()) {
            return Duration.ZERO;
        }
        return head.boot().equals(boot) ? ages.after(state.acknowledgedOf(boot)) : ages.ofForeign();
    }

    /** How much of the disk it uses. */
    public synchronized long bytes() {
        return segments.bytes();
    }

    /** How many records wait for their acknowledgement. */
    public synchronized long waitingRecords() {
        return segments.pendingRecords(state);
    }

    /** How many records could not be kept, in all boots. */
    public synchronized long lostRecords() {
        return state.lost();
    }

    /** How many records this boot had acknowledged. */
    public synchronized long acknowledgedRecords() {
        return acknowledged;
    }

    @Override
    public void close() throws IOException {
        try {
            settle();
        } finally {
            synchronized (this) {
                segments.close();
            }
        }
    }
}
