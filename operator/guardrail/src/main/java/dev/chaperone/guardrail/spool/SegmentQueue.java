package dev.chaperone.guardrail.spool;

import dev.chaperone.guardrail.spool.Spool.Room;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a spool, oldest first, and how far they are done with. Guarded by its spool. */
final class SegmentQueue {
    private final SpoolSettings settings;
    private final String boot;
    private final Deque<Segment> segments;
    private @Nullable Segment current;
    private long nextNumber;
    private long offset;
    private long onDisk;

    SegmentQueue(SpoolSettings settings, String boot, Recovery recovery) {
        this.settings = settings;
        this.boot = boot;
        this.segments = new ArrayDeque<>(recovery.segments());
        this.nextNumber = recovery.nextNumber();
        this.offset = recovery.offset();
        segments.forEach(segment -> onDisk += Segment.onDisk(segment.length()));
    }

    /** Appends a line with its end, or nothing of it. */
    void append(long sequence, byte[] line, Room room, int further) throws SpoolFullException {
        Segment segment = segmentFor(line.length);
        long others = onDisk - Segment.onDisk(segment.length());
        long length = segment.length() + line.length;
        long limit = settings.bytes() - (room == Room.ORDINARY ? settings.reserve() : 0);
        if (others + Segment.onDisk(length + further) > limit) {
            throw new SpoolFullException("the audit trail is full", null);
        }
        try {
            segment.append(sequence, line);
        } catch (IOException e) {
            throw new SpoolFullException("the disk does not take the audit trail", e);
        }
        onDisk = others + Segment.onDisk(length);
        if (segments.peekLast() != segment) {
            segments.addLast(segment);
        }
    }

    private Segment segmentFor(int bytes) {
        Segment segment = current;
        if (segment == null || segment.broken()
                || (segment.length() > 0 && segment.length() + bytes > settings.segmentBytes())) {
            close();
            segment = Segment.next(settings.directory(), nextNumber++, boot);
            current = segment;
        }
        return segment;
    }

    /** The oldest one; null when there is none. */
    @Nullable
    Segment head() {
        return segments.peekFirst();
    }

    /** How far the oldest one is done with. */
    long offset() {
        return offset;
    }

    void pass(long to) {
        offset = to;
    }

    /** Whether a line waits. */
    boolean pending() {
        Segment head = head();
        return head != null && (offset < head.length() || segments.size() > 1);
    }

    long pendingBytes() {
        long bytes = -offset;
        for (Segment segment : segments) {
            bytes += segment.length();
        }
        return bytes;
    }

    long pendingRecords(SpoolState state) {
        long records = 0;
        for (Segment segment : segments) {
            long done = Math.max(segment.first() - 1, state.acknowledgedOf(segment.boot()));
            records += Math.max(0, segment.last() - done);
        }
        return records;
    }

    /** Takes out those that are done with. The one that lines are appended to is never. */
    List<Segment> takeDone() {
        List<Segment> done = new ArrayList<>();
        for (Segment head = head(); head != null && head != current && offset >= head.length(); head = head()) {
            done.add(segments.removeFirst());
            offset = 0;
        }
        return done;
    }

    /** Files that are numbered lower are done with. */
    long firstNumber() {
        Segment head = head();
        if (head != null) {
            return head.number();
        }
        return current == null ? nextNumber : current.number();
    }

    /** The disk has the room of this one again. */
    void released(Segment segment) {
        onDisk -= Segment.onDisk(segment.length());
    }

    long bytes() {
        return onDisk;
    }

    /** Nothing is appended any more, unless to another segment. */
    void close() {
        if (current != null) {
            current.close();
        }
    }
}
