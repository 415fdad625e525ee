package dev.chaperone.guardrail.spool;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.guardrail.state.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What boots before this one left. A line counts that stands there whole, be it without its end; what a death tore off
 * is no line.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Deque<Segment> segments = new ArrayDeque<>();
    private SpoolState state = SpoolState.NONE;
    private @Nullable ChainPosition last;
    private @Nullable String oldestTime;
    private long offset;
    private long unreadable;
    private long nextNumber;

    private Recovery() {}

    static Recovery of(Path directory, StateFile file) throws IOException {
        Recovery recovery = new Recovery();
        recovery.readState(file);
        recovery.readSegments(directory);
        recovery.findStart();
        return recovery;
    }

    Deque<Segment> segments() {
        return segments;
    }

    SpoolState state() {
        return state;
    }

    /** The number of the next segment. */
    long nextNumber() {
        return nextNumber;
    }

    /** Files that should hold lines and cannot be read. */
    long unreadable() {
        return unreadable;
    }

    /** Where in the first segment the lines begin that were not acknowledged. */
    long offset() {
        return offset;
    }

    /** When the first of them was written, as it says itself; null when it does not. */
    @Nullable
    String oldestTime() {
        return oldestTime;
    }

    /** Where the trail of the boot before ends; null when there is none. */
    @Nullable
    ChainPosition last() {
        ChainPosition acknowledged = state.position();
        // A machine that lost its power may have forgotten lines that the operator has.
        return last == null || (acknowledged != null && acknowledged.boot().equals(last.boot())
                && acknowledged.sequence() > last.sequence())
                        ? acknowledged
                        : last;
    }

    private void readState(StateFile file) {
        try {
            state = SpoolState.read(file.read());
        } catch (NoSuchFileException e) {
            // Nothing has been acknowledged yet.
        } catch (IOException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("What was acknowledged is not readable");
        }
    }

    private void readSegments(Path directory) throws IOException {
        List<Segment> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                Segment segment = Segment.of(file);
                if (segment != null) {
                    all.add(segment);
                }
            });
        }
        all.sort(Comparator.comparingLong(Segment::number));
        nextNumber = state.segment();
        for (int i = 0; i < all.size(); i++) {
            Segment segment = all.get(i);
            nextNumber = Math.max(nextNumber, segment.number() + 1);
            boolean ends = i + 1 == all.size() || !all.get(i + 1).boot().equals(segment.boot());
            try {
                if (segment.number() < state.segment() || !examine(segment, ends)) {
                    segment.delete();
                }
            } catch (IOException e) {
                unreadable++;
                LOG.atError().addKeyValue("error", e.toString()).log("A part of the audit trail is not readable");
            }
        }
    }

    /** Says whether there is anything in it. */
    private boolean examine(Segment segment, boolean endsBoot) throws IOException {
        byte[] bytes = segment.readAll();
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        ChainPosition before = last != null && last.boot().equals(segment.boot())
                ? last
                : ChainPosition.before(segment.boot());
        AuditLine end = lastLine(bytes, whole, segment.boot());
        AuditLine tail = endsBoot && whole < bytes.length
                ? Lines.read(Arrays.copyOfRange(bytes, whole, bytes.length), segment.boot())
                : null;
        int length = whole;
        if (tail != null && (end == null ? before : end.position()).link(tail) == ChainPosition.Link.CONTINUES) {
            length = bytes.length;
            end = tail;
        }
        if (length == 0) {
            return false;
        }
        AuditLine first = firstLine(bytes, segment.boot());
        segment.holds(length, first == null ? -1 : first.sequence(), end == null ? -1 : end.sequence());
        segments.add(segment);
        last = end == null ? last : end.position();
        return true;
    }

    private static @Nullable AuditLine firstLine(byte[] bytes, String boot) {
        Lines lines = new Lines(bytes, true);
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            AuditLine read = Lines.read(line, boot);
            if (read != null) {
                return read;
            }
        }
        return null;
    }

    private static @Nullable AuditLine lastLine(byte[] bytes, int whole, String boot) {
        int end = whole - 1;
        while (end >= 0) {
            int start = end;
            while (start > 0 && bytes[start - 1] != '\n') {
                start--;
            }
            AuditLine read = Lines.read(Arrays.copyOfRange(bytes, start, end), boot);
            if (read != null) {
                return read;
            }
            end = start - 1;
        }
        return null;
    }

    /** Passes over what was acknowledged, by the numbers of the lines and not by their contents. */
    private void findStart() throws IOException {
        while (!segments.isEmpty()) {
            Segment head = segments.getFirst();
            long acknowledged = state.acknowledgedOf(head.boot());
            if (head.last() < 0 || head.last() > acknowledged) {
                startIn(head, acknowledged);
                return;
            }
            segments.removeFirst().delete();
        }
    }
    private void startIn(Segment head, long acknowledged) throws IOException {
        Lines lines = new Lines(head.read(0, (int) head.length()), true);
        byte[] line = lines.next();
        for (long passed = head.first(); passed <= acknowledged && passed >= 0 && line != null; passed++) {
            offset = lines.end();
            line = lines.next();
        }
        AuditLine oldest = line == null ? null : Lines.read(line, head.boot());
        if (oldest == null || oldest.sequence() != Math.max(acknowledged + 1, head.first())) {
            // Lines are not where they should be; each is looked at when it is its turn.
            offset = 0;
        }
        oldestTime = oldest == null ? null : oldest.record().path("time").textValue();
    }
}
