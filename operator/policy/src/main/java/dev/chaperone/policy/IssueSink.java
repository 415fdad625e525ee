package dev.chaperone.policy;

import dev.chaperone.policy.Issue.Excerpt;
import dev.chaperone.policy.Issue.Severity;
import dev.chaperone.policy.cel.ExpressionProblem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is to be said of one manifest. */
final class IssueSink {
    private final String resource;
    private final Source source;
    private final String prefix;
    private final List<Issue> issues = new ArrayList<>();

    IssueSink(String resource, Source source) {
        this(resource, source, "");
    }

    /** @param prefix stands before every message */
    IssueSink(String resource, Source source, String prefix) {
        this.resource = resource;
        this.source = source;
        this.prefix = prefix;
    }

    void error(String path, String message, @Nullable String mend) {
        add(Severity.ERROR, path, message, mend);
    }

    void warning(String path, String message, @Nullable String mend) {
        add(Severity.WARNING, path, message, mend);
    }

    /** @param suffix stands after the problem's message */
    void expression(Severity severity, String path, ExpressionProblem problem, String suffix) {
        issues.add(new Issue(
                severity, resource, path, source.locate(path, problem.line(), problem.column()),
                prefix + problem.message() + suffix,
                problem.excerpt().isBlank() ? null : new Excerpt(problem.excerpt(), problem.column()),
                problem.mend()));
    }

    List<Issue> issues() {
        return List.copyOf(issues);
    }

    boolean hasErrors() {
        return issues.stream().anyMatch(Issue::isError);
    }

    private void add(Severity severity, String path, String message, @Nullable String mend) {
        issues.add(new Issue(severity, resource, path, source.locate(path, 1, 1), prefix + message, null, mend));
    }
}
