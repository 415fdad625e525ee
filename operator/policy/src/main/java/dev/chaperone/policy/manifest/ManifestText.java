package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue.Excerpt;
import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.manifest.Node.Place;
import java.util.List;

/** The text of a file by lines, as messages quote it. */
record ManifestText(String fileName, List<String> lines) {
    private static final int WIDEST_EXCERPT = 160;

    static ManifestText of(String fileName, String text) {
        return new ManifestText(fileName, text.lines().toList());
    }

    /** The text of a line, from 1; empty beyond the end. */
    String line(int number) {
        return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
    }

    Location location(Place place) {
        return new Location(fileName, place.line(), place.column());
    }

    /** The line of a place, cut around it where it is long, with nothing in it that would move the caret. */
    Excerpt excerpt(Place place) {
        String line = line(place.line());
        int caret = Math.clamp(place.column() - 1, 0, line.length());
        int from = Math.max(0, Math.min(caret - WIDEST_EXCERPT / 2, line.length() - WIDEST_EXCERPT));
        int to = Math.min(line.length(), from + WIDEST_EXCERPT);
        StringBuilder shown = new StringBuilder();
        line.substring(from, to)
                .chars()
                .forEach(c -> shown
                        .append(Character.isISOControl(c) ? ' ' : (char) c));
        String before = from > 0 ? "…" : "";
        return new Excerpt(before + shown + (to < line.length() ? "…" : ""), before.length() + caret - from + 1);
    }
}
