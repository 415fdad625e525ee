package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.Paths;
import dev.chaperone.policy.Source;
import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import org.jspecify.annotations.Nullable;

/** Finds the fields of one document again, by walking down to them. */
record NodeSource(ManifestText text, Node root) implements Source {
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

    // Exact where each line of the value stands as such in the file, else the beginning of the scalar.
    private Place within(Scalar scalar, int line, int column) {
        Place start = scalar.start();
        return switch (scalar.style()) {
            case PLAIN -> oneLine(scalar, 0) && line == 1 ? at(start.line(), start.column(), column) : start;
            case SINGLE_QUOTED, DOUBLE_QUOTED -> oneLine(scalar, 2) && line == 1
                    ? at(start.line(), start.column() + 1, column)
                    : start;
            case LITERAL -> literal(scalar, line, column);
            default -> start;
        };
    }

    // The text takes as many columns as it has characters, so nothing in it is folded or escaped.
    private static boolean oneLine(Scalar scalar, int quotes) {
        return scalar.start().line() == scalar.end().line()
                && scalar.end().column() - scalar.start().column() == scalar.text().length() + quotes;
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
