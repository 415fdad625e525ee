package dev.chaperone.policy;

import org.jspecify.annotations.Nullable;

/**
 * Something about a manifest that its author should know. The command line, admission and status all print
 * {@link #render()}, so that the same mistake reads the same everywhere.
 *
 * @param severity whether the manifest can be accepted
 * @param resource kind and name, for example {@code ToolPolicy dev/coder}; empty while they are unknown
 * @param path the field, for example {@code spec.rules[1].when}; empty for the whole manifest
 * @param location the place in a file; null when the manifest did not come from one
 * @param message what is wrong, in one line
 * @param excerpt the line of the expression or file that is meant; null when there is nothing to show
 * @param mend what to write instead, in one line
 */
public record Issue(
        Severity severity,
        String resource,
        String path,
        @Nullable Location location,
        String message,
        @Nullable Excerpt excerpt,
        @Nullable String mend) {
    /** Whether an issue is in the way. */
    public enum Severity {
        ERROR, WARNING
    }

    /**
     * @param file as the user named it
     * @param line from 1
     * @param column from 1
     */
    public record Location(String file, int line, int column) {
        @Override
        public String toString() {
            return file + ":" + line + ":" + column;
        }
    }

    /**
     * @param line the text of one line
     * @param column where the caret goes, from 1, in UTF-16 code units
     */
    public record Excerpt(String line, int column) {}

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** The issue as people read it: one line, then the excerpt with a caret and the mend where there are such. */
    public String render() {
        StringBuilder text = new StringBuilder();
        if (location != null) {
            text.append(location).append(": ");
        }
        text.append(severity == Severity.ERROR ? "error: " : "warning: ");
        if (!resource.isEmpty()) {
            text.append(resource).append(path.isEmpty() ? ": " : ", ");
        }
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        text.append(message);
        if (excerpt != null) {
            text.append("\n    ").append(excerpt.line()).append("\n    ");
            text.repeat(' ', Math.max(0, excerpt.column() - 1)).append('^');
        }
        if (mend != null) {
            text.append("\n    ").append(mend);
        }
        return text.toString();
    }
}
