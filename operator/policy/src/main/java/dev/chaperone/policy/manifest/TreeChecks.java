package dev.chaperone.policy.manifest;

import dev.chaperone.policy.Paths;
import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import java.util.HashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** What is wrong with a tree whatever it is about: keys that are no strings or come twice, and disputed scalars. */
final class TreeChecks {
    /** What YAML 1.1 merges by; it is never a field. */
    static final String MERGE = "<<";

    private final Problems problems;

    TreeChecks(Problems problems) {
        this.problems = problems;
    }

    void check(Node node, String path) {
        switch (node) {
            case Scalar scalar -> disputed(scalar, path);
            case Sequence sequence -> {
                for (int i = 0; i < sequence.items().size(); i++) {
                    check(sequence.items().get(i), Paths.item(path, i));
                }
            }
            case Mapping mapping -> {
                Map<String, Place> seen = new HashMap<>();
                for (Entry entry : mapping.entries()) {
                    String field = Paths.field(path, entry.key().text());
                    key(entry.key(), field, seen);
                    check(entry.value(), field);
                }
            }
        }
    }

    private void disputed(Scalar scalar, String path) {
        String ambiguity = scalar.meaning().ambiguity();
        if (ambiguity != null) {
            problems.add(path, scalar.start(), "'" + scalar.text() + "' is " + ambiguity,
                    "quote it if it is a string, else write it plainly");
        }
    }

    private void key(Scalar key, String path, Map<String, Place> seen) {
        Place before = seen.putIfAbsent(key.text(), key.start());
        if (before != null) {
            problems.add(path, key.start(), "duplicate field \"" + key.text() + "\"",
                    "it is also on line " + before.line());
        } else if (key.style() == ScalarStyle.PLAIN && key.text().equals(MERGE)) {
            problems.add(path, key.start(), "merge keys are not read", "write the fields out");
        } else if (key.meaning().ambiguity() != null || !key.meaning().value().isTextual()) {
            problems.add(path, key.start(), "the key '" + key.text() + "' is not a string to every reader", "quote it");
        }
    }
}
