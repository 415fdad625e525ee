package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.Trail.Start;
import dev.chaperone.config.audit.ChainPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether each boot's trail ends where the next boot found that it ended. */
final class Predecessors {
    private Predecessors() {}

    /**
     * All that is wrong between boots.
     *
     * @param partial whether the boot before may be missing
     */
    static List<Finding> findings(Map<String, Trail> trails, boolean partial) {
        List<Finding> findings = new ArrayList<>();
        Map<String, Trail> successors = new HashMap<>();
        for (Trail trail : trails.values()) {
            Start start = trail.start();
            if (start == null || start.after().boot().equals(trail.boot())) {
                continue;
            }
            Trail other = successors.putIfAbsent(start.after().boot(), trail);
            if (other != null && other.start() != null) {
                findings.add(new Finding.Forked(
                        trail.boot(), Span.of(start.sequence()), start.at(), start.after().boot(), other.boot(),
                        other.start().at()));
            }
            Trail before = trails.get(start.after().boot());
            if (before != null) {
                end(before, trail, start, findings);
            } else if (!partial) {
                findings.add(new Finding.PredecessorMissing(
                        trail.boot(), Span.of(start.sequence()), start.at(), start.after().boot(),
                        start.after().sequence()));
            }
        }
        return findings;
    }

    private static void end(Trail before, Trail next, Start start, List<Finding> findings) {
        Run last = before.lastRun();
        ChainPosition told = start.after();
        if (last.to() < told.sequence()) {
            findings.add(new Finding.TailMissing(
                    before.boot(), new Span(last.to() + 1, told.sequence()), last.last(), next.boot(), start.at()));
        } else if (last.to() > told.sequence()) {
            findings.add(new Finding.TailAdded(
                    before.boot(), new Span(told.sequence() + 1, last.to()), last.last(), next.boot(), start.at()));
        } else if (!last.digest().equals(told.digest())) {
            findings.add(new Finding.TailAltered(
                    before.boot(), Span.of(last.to()), last.last(), next.boot(), start.at()));
        }
    }
}
