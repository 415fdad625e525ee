package dev.chaperone.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.cli.audit.Budget.TooScatteredException;
import dev.chaperone.cli.audit.Finding.Sameness;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been read of one boot: runs of records, in whatever order they came. An honest trail is one run, or one for
 * each time that reading changed from a file to an older one.
 */
final class Trail {
    private final String boot;
    private final Budget budget;
    private final TreeMap<Long, Run> runs = new TreeMap<>();
    private final List<Repetition> repetitions = new ArrayList<>();
    private final List<Displacement> displacements = new ArrayList<>();
    private @Nullable Run current;
    private long roomUntil;
    private @Nullable Place before;
    private long highest;
    private long lines;
    private long allowed;
    private long outcomes;
    private long lost;
    private @Nullable Start start;

    /** A record that says which boot was before. */
    record Start(Place at, long sequence, ChainPosition after) {}

    /** A record that came where one of its number was already. */
    record Stray(long sequence, String previous, String digest, Place place) {}

    /** Strays that follow one another. */
    static final class Repetition {
        private final Sameness sameness;
        private final @Nullable Place first;
        private final Stray begin;
        private Stray end;

        private Repetition(Sameness sameness, @Nullable Place first, Stray begin) {
            this.sameness = sameness;
            this.first = first;
            this.begin = begin;
            end = begin;
        }

        private boolean goesOnWith(Stray stray, Sameness how) {
            return how == sameness && stray.sequence() == end.sequence() + 1
                    && stray.place().file().equals(end.place().file());
        }

        Sameness sameness() {
            return sameness;
        }

        @Nullable
        Place first() {
            return first;
        }

        Stray begin() {
            return begin;
        }

        Stray end() {
            return end;
        }

        Span span() {
            return new Span(begin.sequence(), end.sequence());
        }
    }

    /** Records that came behind ones of higher numbers in their file. */
    static final class Displacement {
        private final Place first;
        private final Run above;
        private final Span aboveThen;
        private final Place aboveLast;
        private final long from;
        private long to;
        private Place last;

        private Displacement(long sequence, Place place, Run above) {
            this.first = place;
            this.above = above;
            aboveThen = above.span();
            aboveLast = above.last();
            from = sequence;
            to = sequence;
            last = place;
        }

        /** As a finding; the fewer records are said to be out of order. */
        Finding finding(String boot) {
            Span late = new Span(from, to);
            return late.size() <= aboveThen.size() || !above.first().file().equals(first.file())
                    ? new Finding.OutOfOrder(boot, late, first, last, aboveThen.from(), above.first(), false)
                    : new Finding.OutOfOrder(boot, aboveThen, above.first(), aboveLast, to, last, true);
        }
    }

    Trail(String boot, Budget budget) {
        this.boot = boot;
        this.budget = budget;
    }

    void add(AuditLine line, Place place) throws TooScatteredException {
        long sequence = line.sequence();
        Map.Entry<Long, Run> above = null;
        Run run = current;
        if (run == null || sequence >= roomUntil || !run.goesOnWith(line)) {
            Map.Entry<Long, Run> below = runs.floorEntry(sequence);
            if (below != null && below.getValue().holds(sequence)) {
                repeat(below.getValue(), line, place);
                return;
            }
            above = runs.higherEntry(sequence);
            roomUntil = above == null ? Long.MAX_VALUE : above.getKey();
            run = below != null && below.getValue().goesOnWith(line) ? below.getValue() : null;
        }
        if (run == null) {
            budget.takePiece();
            run = new Run(line, place, budget);
            runs.put(sequence, run);
        } else {
            run.add(line, place);
        }
        current = run;
        order(sequence, place);
        count(line, place);
    }

    private void repeat(Run held, AuditLine line, Place place) throws TooScatteredException {
        Sameness sameness = held.compare(line);
        Stray stray = new Stray(line.sequence(), line.previous(), line.digest(), place);
        Repetition last = repetitions.isEmpty() ? null : repetitions.getLast();
        if (last != null && last.goesOnWith(stray, sameness)) {
            last.end = stray;
        } else {
            budget.takePiece();
            repetitions.add(new Repetition(sameness, held.placeOf(line.sequence()), stray));
        }
    }

    private void order(long sequence, Place place) throws TooScatteredException {
        if (before == null || !before.file().equals(place.file())) {
            highest = sequence;
        } else if (sequence < highest) {
            late(sequence, place, before);
        }
        highest = Math.max(highest, sequence);
        before = place;
    }

    private void late(long sequence, Place place, Place before) throws TooScatteredException {
        Displacement last = displacements.isEmpty() ? null : displacements.getLast();
        if (last != null && last.to + 1 == sequence && last.last.equals(before)) {
            last.to = sequence;
            last.last = place;
            return;
        }
        budget.takePiece();
        displacements.add(new Displacement(sequence, place, runs.higherEntry(sequence).getValue()));
    }

    private void count(AuditLine line, Place place) {
        lines++;
        switch (line.record().path("event").asText()) {
            case "decision" -> allowed += line.record().path("verdict").asText().equals("Allow") ? 1 : 0;
            case "outcome" -> outcomes++;
            case "gap" -> lost += Math.max(0, line.record().path("lost").asLong());
            case "boot" -> {
                ChainPosition after = position(line.record().path("after"));
                start = start == null && after != null ? new Start(place, line.sequence(), after) : start;
            }
            default -> {
            }
        }
    }

    private static @Nullable ChainPosition position(JsonNode node) {
        String boot = node.path("boot").textValue();
        String digest = node.path("digest").textValue();
        JsonNode sequence = node.path("seq");
        // What names no line of a trail is nothing that may be remembered, or printed.
        return boot == null || digest == null || !AuditLine.isBoot(boot) || !AuditLine.isDigest(digest)
                || !sequence.canConvertToLong() || !sequence.isIntegralNumber()
                        ? null
                        : new ChainPosition(boot, sequence.longValue(), digest);
    }

    String boot() {
        return boot;
    }

    /** In the order of their numbers. */
    Collection<Run> runs() {
        return runs.values();
    }

    Run firstRun() {
        return runs.firstEntry().getValue();
    }

    Run lastRun() {
        return runs.lastEntry().getValue();
    }

    boolean holds(long sequence) {
        Map.Entry<Long, Run> below = runs.floorEntry(sequence);
        return below != null && below.getValue().holds(sequence);
    }

    List<Repetition> repetitions() {
        return repetitions;
    }

    /** How many records came again unchanged. */
    long repeatedUnchanged() {
        return repetitions.stream().filter(repetition -> repetition.sameness() == Sameness.SAME)
                .mapToLong(repetition -> repetition.span().size()).sum();
    }

    /** What may belong elsewhere: where runs and strays begin, by what they have as the digest of the one before. */
    void loose(Map<String, Place> found) {
        runs.values().forEach(run -> found.putIfAbsent(run.previous(), run.first()));
        repetitions.forEach(repetition -> found.putIfAbsent(repetition.begin().previous(), repetition.begin().place()));
    }

    List<Displacement> displacements() {
        return displacements;
    }

    /** What it says of the boot before; null when it says nothing. */
    @Nullable
    Start start() {
        return start;
    }

    BootSummary summary(boolean fine) {
        return new BootSummary(
                boot, lastRun().agent(), new Span(firstRun().from(), lastRun().to()), lines, firstRun().firstTime(),
                lastRun().lastTime(), lastRun().digest(), allowed, Math.max(0, allowed - outcomes), lost, fine);
    }
}
