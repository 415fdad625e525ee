package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.Budget.TooScatteredException;
import dev.chaperone.config.audit.AuditLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was removed, changed, put in, moved or replayed in audit trails. Lines of any number of boots may be mixed,
 * and files may come in any order; within a file the records of a boot stand in the order of their numbers.
 *
 * <p>Of each boot it remembers the ends of what joins, and of the first two million records the line and 64 bits of the
 * digest: these tell a record that comes again from another of the same number. All together is bounded, see
 * {@link Budget}; a trail that does not fit is a finding.
 *
 * <p>Digests are no signatures. Unless it is told a head that was noted elsewhere, it cannot find that the very end of
 * the last boot was removed or changed, or that somebody wrote everything from a record on anew.
 */
public final class AuditVerifier {
    private final Options options;
    private final Budget budget;
    private final Map<String, Integer> files = new LinkedHashMap<>();
    private final Map<String, Trail> trails = new LinkedHashMap<>();
    private final List<Pretender> pretenders = new ArrayList<>();
    private final List<Place> otherLines = new ArrayList<>();
    private final Set<String> emptyFiles = new LinkedHashSet<>();
    private final Map<String, String> missingHeads;
    private long records;
    private long others;
    private long more;
    private Finding.@Nullable TooScattered scattered;

    /**
     * What is accepted.
     *
     * @param partial trails that begin anywhere, because what came before was rotated away
     * @param strict no line that is not a record
     * @param atLeastOnce records that come again unchanged
     * @param heads digests that were noted elsewhere and must be in the trails, and of which boot
     */
    public record Options(boolean partial, boolean strict, boolean atLeastOnce, Map<String, String> heads) {
        public Options {
            heads = Map.copyOf(heads);
        }
    }

    public AuditVerifier(Options options) {
        this(options, new Budget());
    }

    AuditVerifier(Options options, Budget budget) {
        this.options = options;
        this.budget = budget;
        missingHeads = new HashMap<>(options.heads());
    }

    /** Begins a file; what follows is of it. */
    public void file(String name) {
        files.putIfAbsent(name, files.size());
        emptyFiles.add(name);
    }

    /**
     * Takes a line.
     *
     * @param line without its end and without what a log has put before it
     * @return whether it can take more
     */
    public boolean add(Place place, byte[] line) {
        if (line.length == 0) {
            return true;
        }
        if (line[0] != '{') {
            other(place);
            return true;
        }
        try {
            if (line.length > LogLines.LONGEST) {
                throw new IOException("longer than any");
            }
            record(AuditLine.read(line), place);
        } catch (TooScatteredException e) {
            return false;
        } catch (IOException e) {
            if (pretenders.size() < AuditReport.LISTED) {
                pretenders.add(Pretender.of(place, line, String.valueOf(e.getMessage())));
            } else {
                more++;
            }
        }
        return true;
    }

    private void record(AuditLine line, Place place) throws TooScatteredException {
        records++;
        emptyFiles.remove(place.file());
        missingHeads.remove(line.digest(), line.boot());
        try {
            Trail trail = trails.get(line.boot());
            if (trail == null) {
                trail = new Trail(line.boot(), budget);
                trail.add(line, place);
                trails.put(line.boot(), trail);
            } else {
                trail.add(line, place);
            }
        } catch (TooScatteredException e) {
            scattered = new Finding.TooScattered(line.boot(), Span.of(line.sequence()), place);
            throw e;
        }
    }

    private void other(Place place) {
        others++;
        if (options.strict() && otherLines.size() < AuditReport.LISTED) {
            otherLines.add(place);
        } else if (options.strict()) {
            more++;
        }
    }

    /** What came out, when every line has been taken or it can take no more. */
    public AuditReport finish() {
        List<Finding> findings = new ArrayList<>();
        List<Place> torn = new ArrayList<>();
        for (Pretender pretender : pretenders) {
            Finding finding = pretender.finding(
                    pretender.boot() == null ? null : trails.get(pretender.boot()), options.strict());
            if (finding == null) {
                torn.add(pretender.at());
            } else {
                findings.add(finding);
            }
        }
        otherLines.forEach(place -> findings.add(new Finding.OtherLine(place)));
        if (scattered != null) {
            // What is missing so far may have been about to come.
            findings.add(scattered);
        } else {
            Map<String, Place> loose = new HashMap<>();
            trails.values().forEach(trail -> trail.loose(loose));
            trails.values().forEach(trail -> findings.addAll(
                    new Joints(trail, options.partial(), loose).findings(options.atLeastOnce())));
            findings.addAll(Predecessors.findings(trails, options.partial()));
            heads(findings);
        }
        if (records == 0) {
            findings.add(new Finding.Nothing(others + pretenders.size()));
        }
        findings.sort(Comparator.comparing(Finding::at, Comparator.nullsLast(
                Comparator.<Place>comparingInt(place -> files.getOrDefault(place.file(), 0))
                        .thenComparingLong(Place::line))));
        return report(findings, torn);
    }

    private void heads(List<Finding> findings) {
        missingHeads.forEach((digest, boot) -> {
            Trail trail = trails.get(boot);
            findings.add(trail == null
                    ? new Finding.HeadMissing(boot, null, null, digest)
                    : new Finding.HeadMissing(
                            boot, Span.of(trail.lastRun().to()), trail.lastRun().last(), digest));
        });
    }

    private AuditReport report(List<Finding> findings, List<Place> torn) {
        Set<String> accused = new HashSet<>();
        findings.forEach(finding -> {
            if (finding.boot() != null) {
                accused.add(finding.boot());
            }
        });
        int listed = Math.min(findings.size(), AuditReport.LISTED);
        return new AuditReport(
                List.copyOf(findings.subList(0, listed)), more + findings.size() - listed,
                trails.values().stream().map(
                        trail -> trail.summary(scattered == null && !accused.contains(trail.boot()))).toList(),
                List.copyOf(torn), List.copyOf(emptyFiles), records, others,
                options.atLeastOnce() ? trails.values().stream().mapToLong(Trail::repeatedUnchanged).sum() : 0);
    }
}
