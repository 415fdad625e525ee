package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.Finding.Sameness;
import dev.chaperone.cli.audit.Finding.Successor;
import dev.chaperone.cli.audit.Trail.Repetition;
import dev.chaperone.cli.audit.Trail.Stray;
import dev.chaperone.config.audit.ChainPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the runs of a trail join, and what is wrong where they do not. */
final class Joints {
    private final Trail trail;
    private final List<Run> runs;
    private final boolean partial;
    private final Map<String, Place> loose;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Long, List<Stray>> strays = new HashMap<>();
    /** Strays that fit where what came before them does not. */
    private final Set<Stray> fitting = new HashSet<>();

    /**
     * Joins the runs of a trail.
     *
     * @param partial whether the trail may begin anywhere
     * @param loose records of all trails that follow nothing in theirs, by the digest that they have as that of the one
     *     before
     */
    Joints(Trail trail, boolean partial, Map<String, Place> loose) {
        this.trail = trail;
        this.loose = loose;
        this.partial = partial;
        runs = List.copyOf(trail.runs());
        trail.repetitions().forEach(repetition -> strays
                .computeIfAbsent(repetition.end().sequence(), _ -> new ArrayList<>()).add(repetition.end()));
    }

    /** All that is wrong with the trail by itself. */
    List<Finding> findings(boolean atLeastOnce) {
        beginning();
        for (int i = 0; i < runs.size(); i++) {
            gap(i);
            if (!fits(i)) {
                // A record that fits on neither side is the one that was changed, and not both of its neighbours.
                i += broken(i) ? 1 : 0;
            }
        }
        for (Repetition repetition : trail.repetitions()) {
            if (repetition.sameness() != Sameness.SAME || !atLeastOnce) {
                findings.add(repeated(repetition));
            }
        }
        trail.displacements().forEach(displacement -> findings.add(displacement.finding(trail.boot())));
        return findings;
    }

    private void beginning() {
        Run first = runs.getFirst();
        if (first.from() > 0 && !partial) {
            findings.add(new Finding.BeginningMissing(trail.boot(), new Span(0, first.from() - 1), first.first()));
        }
    }

    private void gap(int i) {
        if (i > 0 && runs.get(i).from() > runs.get(i - 1).to() + 1) {
            Run before = runs.get(i - 1);
            findings.add(new Finding.Missing(
                    trail.boot(), new Span(before.to() + 1, runs.get(i).from() - 1), before.last(),
                    runs.get(i).first(), loose.get(before.digest())));
        }
    }

    private boolean adjacent(int i) {
        return i > 0 && i < runs.size() && runs.get(i).from() == runs.get(i - 1).to() + 1;
    }

    /** Whether a run follows the one before it, as far as they are next to one another. */
    private boolean fits(int i) {
        if (i == 0) {
            return runs.getFirst().from() > 0 || runs.getFirst().previous().equals(ChainPosition.FIRST);
        }
        return !adjacent(i) || runs.get(i).previous().equals(runs.get(i - 1).digest());
    }

    /** Says what is wrong before a run. Returns whether that explains what is wrong behind it, too. */
    private boolean broken(int i) {
        Run run = runs.get(i);
        Run before = i == 0 ? null : runs.get(i - 1);
        boolean alone = run.span().size() == 1;
        boolean brokenBehind = adjacent(i + 1) && !fits(i + 1);
        if (before != null) {
            Stray end = stray(before.to(), before.lastPrevious(), run.previous());
            if (end != null) {
                fitting.add(end);
                return false;
            }
        }
        if (alone) {
            Stray instead = stray(
                    run.from(), before == null ? ChainPosition.FIRST : before.digest(),
                    adjacent(i + 1) ? runs.get(i + 1).previous() : null);
            if (instead != null) {
                fitting.add(instead);
                return brokenBehind;
            }
        }
        if (before == null || (alone && brokenBehind)) {
            findings.add(new Finding.Detached(
                    trail.boot(), Span.of(run.from()), run.first(), before == null ? null : before.last(),
                    brokenBehind && alone ? runs.get(i + 1).first() : null));
            return alone && brokenBehind;
        }
        findings.add(new Finding.Altered(
                trail.boot(), Span.of(before.to()), before.last(), run.first(), alone && !adjacent(i + 1)));
        return false;
    }

    private @Nullable Stray stray(long sequence, String previous, @Nullable String digest) {
        for (Stray stray : strays.getOrDefault(sequence, List.of())) {
            if (stray.previous().equals(previous) && (digest == null || stray.digest().equals(digest))) {
                return stray;
            }
        }
        return null;
    }

    private Finding repeated(Repetition repetition) {
        Successor successor = fitting.contains(repetition.end()) ? Successor.OF_THE_LATER : Successor.UNKNOWN;
        if (successor == Successor.UNKNOWN && repetition.sameness() == Sameness.OTHER
                && vouched(repetition.end().sequence())) {
            successor = Successor.OF_THE_FIRST;
        }
        return new Finding.Repeated(
                trail.boot(), repetition.span(), repetition.begin().place(), repetition.end().place(),
                repetition.first(), repetition.sameness(), successor);
    }

    private boolean vouched(long sequence) {
        for (int i = 0; i < runs.size(); i++) {
            if (runs.get(i).holds(sequence)) {
                return sequence < runs.get(i).to() || (adjacent(i + 1) && fits(i + 1));
            }
        }
        return false;
    }
}
