package dev.chaperone.policy.cel;

import org.jspecify.annotations.Nullable;

/**
 * How big a value can get.
 *
 * @param chars length, if it is a string
 * @param elements number of elements, if it is a list or map
 * @param siblings how many values of this kind there are at most in one call: together they are the call's arguments,
 *     which have a bound of their own
 * @param element how big each element can get; null when no more is known than the bound on all arguments
 */
record Extent(long chars, long elements, long siblings, @Nullable Extent element) {
    /** What the guardrail accepts: values in the arguments of a call, and characters of a string. */
    private static final long VALUES = 20_000;
    private static final long STRING = 64 * 1024;
    /** Nobody knows how long a list is; longer ones are rare, and the run time counts iterations. */
    private static final long LIST = 1_000;
    private static final long ALL_STRINGS = 1024 * 1024;

    private static final long MANY = 1_000_000;

    Extent {
        chars = Math.min(chars, MANY * 1_000);
        elements = Math.min(elements, MANY);
        siblings = Math.min(siblings, MANY);
    }

    /** A number, a bool, and whatever else has no size. */
    static final Extent SCALAR = new Extent(1, 1, 1, null);

    /** A value of the call, or a part of one. */
    static Extent unknown(long siblings) {
        return new Extent(
                Math.max(1, Math.min(STRING, ALL_STRINGS / siblings)), Math.max(1, Math.min(LIST, VALUES / siblings)),
                siblings, null);
    }

    static Extent string(long chars) {
        return new Extent(chars, 1, 1, null);
    }

    static Extent list(long elements, Extent element) {
        return new Extent(1, elements, 1, element);
    }

    Extent each() {
        return element == null ? unknown(siblings * elements) : element;
    }

    Extent part() {
        return element == null ? unknown(siblings) : element;
    }

    Extent plus(Extent other) {
        return new Extent(chars + other.chars, elements + other.elements, siblings, larger(element, other.element));
    }

    Extent max(Extent other) {
        return new Extent(
                Math.max(chars, other.chars), Math.max(elements, other.elements), Math.min(siblings, other.siblings),
                larger(element, other.element));
    }

    private static @Nullable Extent larger(@Nullable Extent one, @Nullable Extent other) {
        return one == null || other == null ? null : one.max(other);
    }
}
