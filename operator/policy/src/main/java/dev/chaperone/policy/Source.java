package dev.chaperone.policy;

import dev.chaperone.policy.Issue.Location;
import org.jspecify.annotations.Nullable;

/** Where the fields of one manifest were written. */
public interface Source {
    /** A manifest that came over an API: fields have paths, and no lines. */
    Source NONE = (path, line, column) -> null;

    /**
     * The place of a field, or of a place inside its text.
     *
     * @param path the field, for example {@code spec.rules[1].when}
     * @param line line inside the field's text, from 1
     * @param column column inside that line, from 1
     */
    @Nullable
    Location locate(String path, int line, int column);
}
