package dev.chaperone.controller.evidence;

import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.audit.ChainPosition.Link;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through lines of one boot once. Up to the newest line that is known they are repeated, and have to be what was
 * acknowledged; behind it they are new, and have to follow. A line that does neither is a finding, and the trail goes on
 * from that line.
 *
 * <p>Nothing that was acknowledged is held: what is repeated is proved by the chain from the position that the guardrail
 * shows to the one that is remembered. So a repetition that ends between them says nothing against itself yet.
 */
public final class TrailVerifier {
    private final String boot;
    private final ChainPosition shown;
    private final ChainPosition newest;
    private final List<byte[]> repeated = new ArrayList<>();
    private final List<byte[]> fresh = new ArrayList<>();
    /** Of what was acknowledged before: most of it, if not all, was found then. */
    private final List<Finding> early = new ArrayList<>();
    private final List<Finding> late = new ArrayList<>();
    private @Nullable ChainPosition first;
    private @Nullable ChainPosition last;

    /**
     * What lines turned out to be.
     *
     * @param fresh lines to keep, in their order
     * @param repeated how many others there were, which are kept already
     * @param after what is known of the trail once they are kept
     * @param remembered the same for who remembers: further on, where only what had come before was repeated
     * @param found where the trail does not follow itself, without what had been found before
     */
    public record Verified(
            List<byte[]> fresh, int repeated, KnownTrail after, KnownTrail remembered, List<Finding> found) {
        public Verified {
            fresh = List.copyOf(fresh);
            found = List.copyOf(found);
        }
    }

    private TrailVerifier(ChainPosition shown, ChainPosition newest) {
        this.boot = shown.boot();
        this.shown = shown;
        this.newest = newest;
    }

    /**
     * Verifies lines.
     *
     * @param shown what the guardrail proves to be known: {@link KnownTrail#before} when it proves nothing
     * @param remembered what is known besides, of the same boot; null when nothing is
     * @param lines without their ends
     */
    public static Verified verify(KnownTrail shown, @Nullable KnownTrail remembered, List<byte[]> lines) {
        KnownTrail known = shown.with(remembered);
        TrailVerifier verifier = new TrailVerifier(shown.position(), known.position());
        if (remembered != null && remembered.sequence() == shown.sequence()
                && !remembered.position().equals(shown.position())) {
            verifier.late.add(new Finding.Rewritten(verifier.boot, shown.sequence()));
        }
        lines.forEach(verifier::next);
        return verifier.verified(shown, known);
    }

    private void next(byte[] bytes) {
        AuditLine line;
        try {
            line = AuditLine.read(bytes);
        } catch (IOException e) {
            found(new Finding.Unreadable(boot, reached() + 1));
            return;
        }
        ChainPosition before = last;
        if (!line.boot().equals(boot)) {
            found(new Finding.Foreign(boot, reached() + 1));
        } else if (before != null && line.sequence() <= before.sequence()) {
            found(new Finding.Reordered(boot, line.sequence()));
            // It may be the only time that it comes.
            fresh.add(bytes);
        } else {
            if (line.sequence() <= newest.sequence()) {
                repeats(line);
                repeated.add(bytes);
            } else {
                follows(line);
                fresh.add(bytes);
            }
            last = line.position();
            first = first == null ? last : first;
        }
    }

    private void repeats(AuditLine line) {
        ChainPosition before = positionBefore(line);
        if (before != null && before.link(line) == Link.ALTERED) {
            early.add(new Finding.Altered(boot, line.sequence()));
        } else if (differs(line, shown) || differs(line, newest)) {
            early.add(new Finding.Rewritten(boot, line.sequence()));
        }
    }

    // Null where the line before is neither here nor remembered.
    private @Nullable ChainPosition positionBefore(AuditLine line) {
        ChainPosition behind = last;
        long before = line.sequence() - 1;
        if (behind != null && behind.sequence() == before) {
            return behind;
        }
        if (before < 0) {
            return ChainPosition.before(boot);
        }
        return shown.sequence() == before ? shown : null;
    }

    private static boolean differs(AuditLine line, ChainPosition known) {
        return line.sequence() == known.sequence() && !line.digest().equals(known.digest());
    }

    private void follows(AuditLine line) {
        ChainPosition behind = last;
        ChainPosition before = behind == null || behind.sequence() < newest.sequence() ? newest : behind;
        switch (before.link(line)) {
            case ALTERED -> late.add(new Finding.Altered(boot, line.sequence()));
            case AHEAD -> late.add(new Finding.Missing(boot, before.sequence() + 1, line.sequence() - 1));
            case CONTINUES -> {
            }
            case BEHIND, FOREIGN -> throw new IllegalStateException("looked at before");
        }
    }

    private long reached() {
        ChainPosition behind = last;
        return behind == null ? shown.sequence() : behind.sequence();
    }

    private void found(Finding finding) {
        (reached() <= newest.sequence() ? early : late).add(finding);
    }

    private Verified verified(KnownTrail shownTrail, KnownTrail known) {
        ChainPosition start = first;
        ChainPosition end = last;
        boolean beforeShown = start != null && start.sequence() <= shown.sequence();
        long told = known.breaks() - (beforeShown ? 0 : shownTrail.breaks());
        List<Finding> found = new ArrayList<>(early.subList((int) Math.min(early.size(), told), early.size()));
        // Where it is not what was kept, it is kept too.
        boolean otherwise = !found.isEmpty();
        List<byte[]> keep = new ArrayList<>(otherwise ? repeated : List.of());
        keep.addAll(fresh);
        found.addAll(late);
        long breaks = known.breaks() + found.size();
        ChainPosition reached = end == null || end.sequence() < shown.sequence() ? shown : end;
        KnownTrail after = new KnownTrail(reached, breaks);
        return new Verified(keep, otherwise ? 0 : repeated.size(), after,
                reached.sequence() >= newest.sequence() ? after : new KnownTrail(newest, breaks), found);
    }
}
