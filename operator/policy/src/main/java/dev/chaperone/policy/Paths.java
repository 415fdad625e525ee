package dev.chaperone.policy;

/** Names fields as the API server does: {@code spec.rules[0].tools[1]}, {@code metadata.labels[example.org/a]}. */
public final class Paths {
    private Paths() {}

    /** The path of a field. */
    public static String field(String path, String name) {
        return path.isEmpty() ? name : path + step(name);
    }

    /** What a field adds to the path of what holds it. */
    public static String step(String name) {
        boolean plain = !name.isEmpty() && name.chars()
                .allMatch(c -> c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
                        || (c >= 'a' && c <= 'z'));
        return plain ? "." + name : "[" + name + "]";
    }

    /** The path of an element of a list. */
    public static String item(String path, int index) {
        return path + "[" + index + "]";
    }
}
