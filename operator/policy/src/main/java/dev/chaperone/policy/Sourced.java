package dev.chaperone.policy;

/**
 * A resource and where it was written.
 *
 * @param <T> the resource's type
 */
public record Sourced<T>(T resource, Source source) {
    /** A resource that did not come from a file. */
    public static <T> Sourced<T> of(T resource) {
        return new Sourced<>(resource, Source.NONE);
    }
}
