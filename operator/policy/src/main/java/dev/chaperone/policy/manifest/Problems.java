package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Issue.Severity;
import dev.chaperone.policy.manifest.Node.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The problems of one document, found in any order and told in that of the file. */
final class Problems {
    /** More than anybody reads; what is beyond is counted. */
    static final int MOST_TOLD = 100;

    private record Problem(String path, Place place, String message, @Nullable String mend) {}

    private final ManifestText text;
    private final List<Problem> problems = new ArrayList<>();
    private int untold;

    Problems(ManifestText text) {
        this.text = text;
    }

    void add(String path, Place place, String message, @Nullable String mend) {
        if (problems.size() < MOST_TOLD) {
            problems.add(new Problem(path, place, message, mend));
        } else {
            untold++;
        }
    }

    void add(String path, Place place, String message) {
        add(path, place, message, null);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    int size() {
        return problems.size() + untold;
    }

    List<Issue> issues(String resource) {
        List<Issue> issues = new ArrayList<>();
        problems.stream()
                .sorted(Comparator.<Problem>comparingInt(p -> p.place().line())
                        .thenComparingInt(p -> p.place().column()))
                .forEach(p -> issues.add(new Issue(
                        Severity.ERROR,
                        resource,
                        p.path(),
                        text.location(p.place()),
                        p.message(),
                        text.excerpt(p.place()),
                        p.mend())));
        if (untold > 0) {
            issues.add(new Issue(
                    Severity.ERROR, resource, "", null, "and " + untold + " more problems, not shown", null, null));
        }
        return issues;
    }
}
