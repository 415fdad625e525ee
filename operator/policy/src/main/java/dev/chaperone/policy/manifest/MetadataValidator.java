package dev.chaperone.policy.manifest;

import com.google.re2j.Pattern;
import dev.chaperone.policy.LabelSyntax;
import dev.chaperone.policy.Paths;
import dev.chaperone.policy.manifest.Node.Entry;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Place;
import dev.chaperone.policy.manifest.Node.Scalar;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Checks {@code metadata} as the API server does, as far as somebody writes it by hand. */
final class MetadataValidator {
    private static final Set<String> FIELDS = Set.of("annotations", "creationTimestamp", "deletionGracePeriodSeconds",
            "deletionTimestamp", "finalizers", "generateName", "generation", "labels", "managedFields", "name",
            "namespace", "ownerReferences", "resourceVersion", "selfLink", "uid");
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
    private static final int LONGEST_SUBDOMAIN = 253;
    private static final int LONGEST_LABEL = 63;
    private static final int MOST_ANNOTATION_BYTES = 256 * 1024;

    private final Problems problems;

    MetadataValidator(Problems problems) {
        this.problems = problems;
    }

    void validate(Mapping document, boolean namespaced) {
        Node node = document.get("metadata");
        if (!(node instanceof Mapping metadata)) {
            Place at = node == null ? document.start() : node.start();
            problems.add("metadata.name", at, "Required value", "write metadata: {name: …}");
            return;
        }
        for (Entry entry : metadata.entries()) {
            field(entry, namespaced);
        }
        if (metadata.get("name") == null) {
            problems.add("metadata.name", metadata.start(), "Required value");
        }
    }

    private void field(Entry entry, boolean namespaced) {
        String name = entry.key().text();
        String path = Paths.field("metadata", name);
        switch (name) {
            case "name" -> resourceName(entry.value(), path);
            case "namespace" -> namespace(entry.value(), path, namespaced);
            case "labels" -> strings(entry.value(), path, (value, at) -> labelValue(value, path, at));
            case "annotations" -> annotations(entry.value(), path);
            default -> {
                if (!FIELDS.contains(name)) {
                    problems.add(path, entry.key().start(), "unknown field \"" + name + "\"",
                            Nearest.mend(name, FIELDS));
                }
            }
        }
    }

    private void resourceName(Node node, String path) {
        String name = string(node, path);
        if (name == null) {
            return;
        }
        if (name.isEmpty()) {
            problems.add(path, node.start(), "Required value");
        } else if (!LabelSyntax.isSubdomain(name)) {
            problems.add(path, node.start(), "Invalid value: \"" + name + "\": a lowercase RFC 1123 subdomain must"
                    + " consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
                    + " alphanumeric character; at most " + LONGEST_SUBDOMAIN);
        }
    }

    private void namespace(Node node, String path, boolean namespaced) {
        String namespace = string(node, path);
        if (namespace == null) {
            return;
        }
        if (!namespaced) {
            problems.add(path, node.start(), "the kind is cluster-wide, it would apply to every namespace",
                    "remove metadata.namespace, or use the kind of a namespace");
        } else if (namespace.length() > LONGEST_LABEL || !DNS_LABEL.matches(namespace)) {
            problems.add(path, node.start(), "Invalid value: \"" + namespace + "\": a lowercase RFC 1123 label must"
                    + " consist of lower case alphanumeric characters or '-', and must start and end with an"
                    + " alphanumeric character; at most " + LONGEST_LABEL);
        }
    }

    private void annotations(Node node, String path) {
        int[] bytes = {0};
        strings(node, path, (value, at) -> bytes[0] += value.getBytes(StandardCharsets.UTF_8).length);
        if (bytes[0] > MOST_ANNOTATION_BYTES) {
            problems.add(path, node.start(), "Too long: may not be more than " + MOST_ANNOTATION_BYTES + " bytes");
        }
    }

    private void strings(Node node, String path, BiConsumer<String, Place> value) {
        if (node instanceof Scalar scalar && scalar.meaning().value().isNull()) {
            return;
        }
        if (!(node instanceof Mapping mapping)) {
            problems.add(path, node.start(), "must be a map of strings");
            return;
        }
        for (Entry entry : mapping.entries()) {
            qualifiedName(entry.key(), path);
            String text = string(entry.value(), Paths.field(path, entry.key().text()));
            if (text != null) {
                value.accept(text, entry.value().start());
            }
        }
    }

    private void qualifiedName(Scalar key, String path) {
        invalid(key.text(), LabelSyntax.problemOfKey(key.text()), path, key.start());
    }

    private void labelValue(String value, String path, Place at) {
        invalid(value, LabelSyntax.problemOfValue(value), path, at);
    }

    private void invalid(String text, @Nullable String problem, String path, Place at) {
        if (problem != null) {
            problems.add(path, at, "Invalid value: \"" + text + "\": " + problem);
        }
    }

    private @Nullable String string(Node node, String path) {
        if (node instanceof Scalar scalar) {
            if (scalar.meaning().ambiguity() != null) {
                return null;
            }
            if (scalar.meaning().value().isTextual()) {
                return scalar.text();
            }
        }
        problems.add(path, node.start(), "must be a string", node instanceof Scalar ? "quote it" : null);
        return null;
    }
}
