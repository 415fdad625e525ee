package dev.chaperone.controller.view.guard;

import org.jspecify.annotations.Nullable;

/** Names of images. */
final class Images {
    private static final String DIGEST = "@sha256:";

    private Images() {}

    /** The digest in a name; null when it has none, as names by tag and the bare IDs of some runtimes. */
    static @Nullable String digest(@Nullable String name) {
        if (name == null) {
            return null;
        }
        int at = name.lastIndexOf(DIGEST);
        return at < 0 ? null : name.substring(at + 1);
    }
}
