package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Issue.Location;
import dev.chaperone.policy.Source;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import java.util.HashMap;
import java.util.Map;

/** Finds the fields of one document again. */
final class NodeSource implements Source {
    private final ManifestText text;
    private final Map<String, Node> nodes = new HashMap<>();

    NodeSource(ManifestText text, Node root) {
        this.text = text;
        collect(root, "");
    }

    private void collect(Node node, String path) {
        nodes.put(path, node);
        switch (node) {
            case Mapping mapping -> mapping.entries()
                    .forEach(entry -> collect(entry.value(), Paths.field(path, entry.key().text())));
            case Sequence sequence -> {
                for (int i = 0; i < sequence.items().size(); i++) {
                    collect(sequence.items().get(i), Paths.item(path, i));
                }
            }
            case Scalar scalar -> {
            }
        }
    }

    /** A field that is not in the file is where the nearest thing is that would hold it. */
    @Override
    public Location locate(String path, int line, int column) {
        String known = path;
        while (!known.isEmpty() && !nodes.containsKey(known)) {
            known = Paths.parent(known);
        }
        Node node = nodes.get(known);
        if (node == null) {
            return text.location(new Place(1, 1));
        }
        boolean itself = known.equals(path);
        return text.location(itself && node instanceof Scalar scalar ? within(scalar, line, column) : node.start());
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
