package dev.chaperone.policy;

import dev.chaperone.policy.Issue.Location;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The order in which issues are listed: by resource, and then as the manifest is read. */
final class IssueOrder {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private static final Comparator<Location> PLACE = Comparator.comparing(Location::file)
            .thenComparingInt(Location::line).thenComparingInt(Location::column);

    private static final Comparator<Issue> ORDER = Comparator.comparing(Issue::resource)
            .thenComparing(Issue::location, Comparator.nullsLast(PLACE))
            .thenComparing(issue -> withWideNumbers(issue.path()))
            .thenComparingInt(issue -> issue.excerpt() == null ? 0 : issue.excerpt().column())
            .thenComparing(Issue::severity)
            .thenComparing(Issue::message)
            .thenComparing(Issue::render);

    private IssueOrder() {}

    /** The issues, each once. */
    static List<Issue> sorted(Collection<Issue> issues) {
        return issues.stream().distinct().sorted(ORDER).toList();
    }

    private static String withWideNumbers(String path) {
        return NUMBER.matcher(path).replaceAll(number -> "0".repeat(Math.max(0, 9 - number.group().length()))
                + number.group());
    }
}
