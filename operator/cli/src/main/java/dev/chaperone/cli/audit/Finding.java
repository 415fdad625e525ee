package dev.chaperone.cli.audit;

import org.jspecify.annotations.Nullable;

/** Something in or about a trail that no honest trail has. */
public sealed interface Finding {
    /** Where to look; null when nothing that was read is near it. */
    @Nullable
    Place at();

    /** The boot concerned; null when the line does not say it. */
    @Nullable
    String boot();

    /** The records concerned; null when the line does not say it. */
    @Nullable
    Span span();

    /** How a record stands to the one of its number that came first. */
    enum Sameness {
        SAME,
        OTHER,
        /** The one that came first is too long ago. */
        UNKNOWN
    }

    /** Which of two records of the same number its successor was written after. */
    enum Successor {
        OF_THE_FIRST, OF_THE_LATER, UNKNOWN
    }

    /**
     * Records between two others.
     *
     * @param after the record before them
     * @param at the record behind them
     * @param instead a record that was written where the first of them is missing, and now says another boot or number;
     *     null when there is none
     */
    record Missing(String boot, Span span, Place after, Place at, @Nullable Place instead) implements Finding {}

    /** @param at the first record that there is */
    record BeginningMissing(String boot, Span span, Place at) implements Finding {}

    /**
     * The record is not the one that its successor was written after.
     *
     * @param next the successor
     * @param orNext whether it may as well be the successor that was changed, because none vouches for that one
     */
    record Altered(String boot, Span span, Place at, Place next, boolean orNext) implements Finding {}

    /**
     * The record was written after another one than the one before it.
     *
     * @param before the one before it; null when it is the first
     * @param next the one behind it, which was written after another than this; null when there is none, or it fits
     */
    record Detached(String boot, Span span, Place at, @Nullable Place before, @Nullable Place next)
            implements
                Finding {}

    /**
     * Records whose numbers came before.
     *
     * @param last where the last of them is
     * @param first where the record of the first number came before; null when that is not known any more
     */
    record Repeated(String boot, Span span, Place at, Place last, @Nullable Place first, Sameness sameness,
            Successor successor) implements Finding {}

    /**
     * Records at the wrong place of a file.
     *
     * @param last where the last of them is
     * @param early whether they belong behind the neighbour, and not before it
     */
    record OutOfOrder(String boot, Span span, Place at, Place last, long neighbour, Place neighbourAt,
            boolean early) implements Finding {}

    /** A boot came after one of which there is no line. */
    record PredecessorMissing(String boot, Span span, Place at, String predecessor, long sequence)
            implements
                Finding {}

    /**
     * A boot came after another one, and so did one more.
     *
     * @param predecessor the one that both came after
     * @param other the one more, and where it says so
     */
    record Forked(String boot, Span span, Place at, String predecessor, String other, Place told)
            implements
                Finding {}

    /** @param at the last record that there is
     * @param successor the boot that found more, and where it says so */
    record TailMissing(String boot, Span span, Place at, String successor, Place told) implements Finding {}

    /** The last record of a boot is not the one that the next boot found. */
    record TailAltered(String boot, Span span, Place at, String successor, Place told) implements Finding {}

    /** There are records behind the one that the next boot found as the last. */
    record TailAdded(String boot, Span span, Place at, String successor, Place told) implements Finding {}

    /** @param digest which record was noted
     * @param at the last record that there is; null when there is none */
    record HeadMissing(String boot, @Nullable Span span, @Nullable Place at, String digest) implements Finding {}

    /** @param why without anything of the line */
    record Unreadable(@Nullable String boot, @Nullable Span span, Place at, String why) implements Finding {}

    /** A line that pretends to nothing, where nothing else than records was to be. */
    record OtherLine(Place at) implements Finding {
        @Override
        public @Nullable String boot() {
            return null;
        }

        @Override
        public @Nullable Span span() {
            return null;
        }
    }

    /** There was not one record. */
    record Nothing(long lines) implements Finding {
        @Override
        public @Nullable Place at() {
            return null;
        }

        @Override
        public @Nullable String boot() {
            return null;
        }

        @Override
        public @Nullable Span span() {
            return null;
        }
    }

    /** @param at the line at which reading stopped, because remembering more would need more memory than is allowed */
    record TooScattered(String boot, @Nullable Span span, Place at) implements Finding {}
}
