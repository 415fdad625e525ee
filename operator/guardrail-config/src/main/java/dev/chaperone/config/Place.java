package dev.chaperone.config;

import org.jspecify.annotations.Nullable;

/**
 * Where in a document something stands. It is put into words only for a refusal.
 *
 * @param outer what it stands in; null for the document itself
 * @param segment the member's name or the element's index
 */
record Place(@Nullable Place outer, Object segment) {
    static final Place DOCUMENT = new Place(null, "");

    Place in(Object inner) {
        return new Place(this, inner);
    }

    /** The JSON pointer. */
    @Override
    public String toString() {
        return outer == null ? "" : outer + "/" + segment.toString().replace("~", "~0").replace("/", "~1");
    }

    BundleException refuses(String what) {
        return new BundleException("not a bundle: " + (outer == null ? "/" : this) + ": " + what);
    }
}
