package dev.chaperone.policy.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** YAML as it was written: every value with its place. Aliases are resolved, nothing else is. */
sealed interface Node {
    /** Where the value begins. */
    Place start();

    /** A line and a column, both from 1; columns count UTF-16 code units. */
    record Place(int line, int column) {}

    record Mapping(List<Entry> entries, Place start) implements Node {
        @Nullable
        Node get(String key) {
            for (Entry entry : entries) {
                if (entry.key().text().equals(key)) {
                    return entry.value();
                }
            }
            return null;
        }
    }

    record Entry(Scalar key, Node value) {}

    record Sequence(List<Node> items, Place start) implements Node {}

    record Scalar(String text, ScalarStyle style, Place start, Place end) implements Node {
        /** What the scalar means; only plain ones can mean anything but their text. */
        PlainScalar meaning() {
            return style == ScalarStyle.PLAIN ? PlainScalar.of(text) : PlainScalar.string(text);
        }
    }
}
