package dev.chaperone.policy.manifest;

import dev.chaperone.policy.manifest.Node.Place;
import org.jspecify.annotations.Nullable;

/** A text that is not a tree of values. */
final class YamlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place place;
    private final transient @Nullable String mend;

    YamlException(Place place, String message, @Nullable String mend) {
        super(message);
        this.place = place;
        this.mend = mend;
    }

    Place place() {
        return place;
    }

    @Nullable
    String mend() {
        return mend;
    }
}
