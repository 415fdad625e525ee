package dev.chaperone.cli.pin;

import dev.chaperone.api.ServerDescription.Tool;
import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes digests into the text of a manifest and leaves everything else of it, comments too, as it is. */
public final class ManifestEdit {
    private final StringBuilder text;
    private final List<Integer> lineStarts = new ArrayList<>();
    // From the end of the text to its beginning, so that places before stay where they are.
    private final SortedMap<Integer, Change> changes = new TreeMap<>(Comparator.reverseOrder());

    private record Change(int length, String replacement) {}

    public ManifestEdit(String text) {
        this.text = new StringBuilder(text);
        lineStarts.add(0);
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                lineStarts.add(i + 1);
            }
        }
    }

    /**
     * Pins a tool.
     *
     * @param source where the manifest's fields stand in the text
     * @param index which tool of the manifest it is
     */
    public void pin(Source source, int index, Tool tool, String digest) {
        String path = "spec.tools[" + index + "]";
        if (tool.definition() != null) {
            int at = offset(source.locate(path + ".definition", 1, 1));
            if (at >= 0 && text.indexOf(tool.definition(), at) == at) {
                changes.put(at, new Change(tool.definition().length(), digest));
            }
            return;
        }
        int start = offset(source.locate(path, 1, 1));
        Location name = source.locate(path + ".name", 1, 1);
        if (start < 0 || name == null) {
            return;
        }
        if (text.charAt(start) == '{') {
            int key = start + 1;
            while (key < text.length() && Character.isWhitespace(text.charAt(key))) {
                key++;
            }
            boolean json = key < text.length() && text.charAt(key) == '"';
            String member = json ? "\"definition\": \"" + digest + "\", " : "definition: " + digest + ", ";
            changes.put(key, new Change(0, member));
        } else {
            int column = start - lineStart(start);
            int end = lineEnd(offset(name));
            String before = end > 0 && text.charAt(end - 1) == '\r' ? "\r\n" : "\n";
            int at = before.length() == 2 ? end - 1 : end;
            changes.put(at, new Change(0, before + " ".repeat(column) + "definition: " + digest));
        }
    }

    /** The text with what was pinned. */
    public String result() {
        StringBuilder result = new StringBuilder(text);
        changes.forEach((at, change) -> result.replace(at, at + change.length(), change.replacement()));
        return result.toString();
    }

    private int offset(@Nullable Location location) {
        return location == null || location.line() > lineStarts.size()
                ? -1
                : lineStarts.get(location.line() - 1) + location.column() - 1;
    }

    private int lineStart(int offset) {
        return text.lastIndexOf("\n", offset - 1) + 1;
    }

    private int lineEnd(int offset) {
        int end = text.indexOf("\n", offset);
        return end < 0 ? text.length() : end;
    }
}
