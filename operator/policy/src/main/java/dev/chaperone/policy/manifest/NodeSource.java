package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.Paths;
import dev.chaperone.policy.Source;
import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** Finds the fields of one document again, by walking down to them. */
record NodeSource(ManifestText text, Node root) implements Source {
    // Quotes around a scalar that goes over several lines; escapes inside are not looked through.
    private static final Pattern UNQUOTED = Pattern.compile("^[\"']|[\"']$");

    /** A field that is not in the file is where the nearest thing is that would hold it. */
    @Override
    public Location locate(String path, int line, int column) {
        Node node = root;
        String rest = path.isEmpty() || path.startsWith("[") ? path : "." + path;
        while (!rest.isEmpty()) {
            Step step = step(node, rest);
            if (step == null) {
                return text.location(node.start());
            }
            node = step.to();
            rest = rest.substring(step.length());
        }
        return text.location(node instanceof Scalar scalar ? within(scalar, line, column) : node.start());
    }

    private record Step(Node to, int length) {}

    private static @Nullable Step step(Node from, String rest) {
        if (from instanceof Mapping mapping) {
            for (Entry entry : mapping.entries()) {
                String step = Paths.step(entry.key().text());
                if (rest.startsWith(step) && isWhole(rest, step.length())) {
                    return new Step(entry.value(), step.length());
                }
            }
        } else if (from instanceof Sequence sequence) {
            int end = rest.indexOf(']');
            for (int i = 0; end > 0 && i < sequence.items().size(); i++) {
                if (rest.startsWith(Paths.item("", i))) {
                    return new Step(sequence.items().get(i), end + 1);
                }
            }
        }
        return null;
    }

    private static boolean isWhole(String rest, int length) {
        return rest.length() == length || rest.charAt(length) == '.' || rest.charAt(length) == '[';
    }

    // Exact where the text stands as such in the file, in one piece or folded, else the beginning of the scalar.
    private Place within(Scalar scalar, int line, int column) {
        Place start = scalar.start();
        boolean block = scalar.style() == ScalarStyle.LITERAL || scalar.style() == ScalarStyle.FOLDED;
        if (scalar.style() == ScalarStyle.LITERAL) {
            return literal(scalar, line, column);
        }
        if (!block && start.line() == scalar.end().line()) {
            int quotes = scalar.style() == ScalarStyle.PLAIN ? 0 : 1;
            return oneLine(scalar, 2 * quotes) && line == 1
                    ? at(start.line(), start.column() + quotes, column)
                    : start;
        }
        return folded(scalar, block ? start.line() + 1 : start.line(), line, column);
    }

    // The text takes as many columns as it has characters, so nothing in it is folded or escaped.
    private static boolean oneLine(Scalar scalar, int quotes) {
        return scalar.end().column() - scalar.start().column() == scalar.text().length() + quotes;
    }

    /** What stands on several lines in the file and on one in the value: the words of each line are looked for in turn. */
    private Place folded(Scalar scalar, int firstLine, int line, int column) {
        String value = scalar.text();
        int sought = offset(value, line, column);
        int read = 0;
        for (int number = firstLine; number <= scalar.end().line(); number++) {
            String raw = text.line(number);
            int from = number == scalar.start().line() ? scalar.start().column() - 1 : 0;
            int to = number == scalar.end().line() ? Math.max(from, scalar.end().column() - 1) : raw.length();
            String words = raw.substring(Math.min(from, raw.length()), Math.min(to, raw.length())).strip();
            words = UNQUOTED.matcher(words).replaceAll("");
            int found = value.indexOf(words, read);
            if (found < 0 || !value.substring(read, found).isBlank()) {
                return scalar.start();
            }
            if (!words.isEmpty() && sought <= found + words.length()) {
                return at(number, raw.indexOf(words, from) + 1, Math.max(0, sought - found) + 1);
            }
            read = found + words.length();
        }
        return scalar.start();
    }

    private static int offset(String value, int line, int column) {
        int start = 0;
        for (int i = 1; i < line; i++) {
            start = value.indexOf('\n', start) + 1;
        }
        return Math.min(value.length(), start + Math.max(1, column) - 1);
    }

    private Place literal(Scalar scalar, int line, int column) {
        String value = scalar.text().lines().skip(Math.max(0, line - 1)).findFirst().orElse("");
        int written = scalar.start().line() + Math.max(1, line);
        String raw = text.line(written);
        return raw.endsWith(value) ? at(written, raw.length() - value.length() + 1, column) : scalar.start();
    }

    private Place at(int line, int firstColumn, int column) {
        int last = text.line(line).length() + 1;
        return new Place(line, Math.clamp(firstColumn + Math.max(1, column) - 1L, 1, Math.max(1, last)));
    }
}
