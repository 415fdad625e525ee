package dev.chaperone.policy.manifest;

/** Names fields as the API server does: {@code spec.rules[0].tools[1]}, {@code metadata.labels[example.org/a]}. */
final class Paths {
    private Paths() {}

    static String field(String path, String name) {
        if (path.isEmpty()) {
            return name;
        }
        boolean plain = !name.isEmpty() && name.chars()
                .allMatch(c -> c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
                        || (c >= 'a' && c <= 'z'));
        return plain ? path + "." + name : path + "[" + name + "]";
    }

    static String item(String path, int index) {
        return path + "[" + index + "]";
    }

    /** What holds the field; empty for a field of the document. */
    static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf(path.endsWith("]") ? '[' : '.')));
    }
}
