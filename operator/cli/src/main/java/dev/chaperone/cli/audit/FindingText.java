package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.Finding.Sameness;
import dev.chaperone.cli.audit.Finding.Successor;

/**
 * A finding in words.
 *
 * @param kind one word, for programs
 * @param message what is wrong, in one line
 * @param meaning what may have been done, or what to do; in one line
 */
record FindingText(String kind, String message, String meaning) {
    private static final String REWRITTEN = "what stands here is not what the guardrail wrote";
    private static final String MORE_FILES = "removed, or in a file that was not given";

    static FindingText of(Finding finding) {
        return switch (finding) {
            case Finding.Missing missing -> new FindingText("missing",
                    "missing between " + missing.after() + " and here" + (missing.instead() == null
                            ? ""
                            : "; the record " + missing.instead() + " was written in this place"),
                    missing.instead() == null ? MORE_FILES : "its boot or number was changed, or it follows a copy");
            case Finding.BeginningMissing missing -> new FindingText("beginning-missing",
                    "missing: the trail begins here, with " + Span.of(missing.span().to() + 1),
                    MORE_FILES + "; --partial accepts trails whose beginning was rotated away");
            case Finding.Altered altered -> new FindingText("altered",
                    altered.orNext()
                            ? "this record was changed, or the one behind it, " + altered.next()
                                    + ", which nothing follows: they do not fit"
                            : "changed: the record behind it, " + altered.next() + ", was written after another one",
                    REWRITTEN);
            case Finding.Detached detached -> new FindingText("altered", detached(detached), REWRITTEN);
            case Finding.Repeated repeated -> new FindingText("repeated", repeated(repeated), meaning(repeated));
            case Finding.OutOfOrder moved -> new FindingText("out-of-order",
                    "out of order" + until(moved.at(), moved.last()) + ": belongs "
                            + (moved.early() ? "behind " : "before ") + Span.of(moved.neighbour()) + ", "
                            + moved.neighbourAt(),
                    "moved; or logs of several processes were joined: give each as a file of its own");
            case Finding.PredecessorMissing missing -> new FindingText("predecessor-missing",
                    "comes after boot " + missing.predecessor() + ", which ended with " + Span.of(missing.sequence())
                            + " and of which there is no record",
                    MORE_FILES + "; --partial accepts it");
            case Finding.Forked forked -> new FindingText("forked",
                    "comes after boot " + forked.predecessor() + ", as boot " + forked.other() + " does, says "
                            + forked.told(),
                    "one of them was made up, or the guardrail's volume was put back to an earlier state; or its node died"
                            + " before the other's records were on the disk");
            case Finding.TailMissing missing -> new FindingText("tail-missing",
                    "missing behind this line: boot " + missing.successor() + " came after "
                            + Span.of(missing.span().to()) + ", says " + missing.told(),
                    "removed; or, in what a guardrail itself prints, its process was killed before it could print it");
            case Finding.TailAltered altered -> new FindingText("altered",
                    "changed: boot " + altered.successor() + " came after another record of this number, says "
                            + altered.told(),
                    REWRITTEN);
            case Finding.TailAdded added -> new FindingText("tail-added",
                    "put in behind the end: boot " + added.successor() + " came after "
                            + Span.of(added.span().from() - 1) + ", says " + added.told(),
                    "records were made up, or two processes wrote as one boot");
            case Finding.HeadMissing missing -> new FindingText("head-missing",
                    "no record is " + missing.digest() + (missing.at() == null
                            ? ", and there is none of this boot"
                            : "; the trail ends here"),
                    "since this head was noted, the end of the trail was removed or changed");
            case Finding.Unreadable unreadable -> new FindingText("unreadable",
                    "begins like a record and is none: " + unreadable.why(),
                    "a record that was changed; other programs' logs in JSON do not belong into these files");
            case Finding.OtherLine _ -> new FindingText("other-line", "no record", "--strict accepts nothing else");
            case Finding.Nothing nothing -> new FindingText("nothing",
                    "there is no record in " + Words.count(nothing.lines(), "line"),
                    "is this an audit trail?");
            case Finding.TooScattered _ -> new FindingText("too-scattered",
                    "stopped here: the trails so far are in more than " + Budget.PIECES + " pieces",
                    "give fewer files, each as it was written");
        };
    }

    private static String detached(Finding.Detached detached) {
        String before = detached.before() == null
                ? "changed: it names a record before it, and is the first"
                : "changed: it was written after another record than the one before it, " + detached.before();
        return detached.next() == null
                ? before
                : before + ", and the one behind it, " + detached.next() + ", after another than this";
    }

    private static String repeated(Finding.Repeated repeated) {
        String first = repeated.first() == null ? "" : ", " + repeated.first();
        String until = until(repeated.at(), repeated.last());
        return switch (repeated.sameness()) {
            case SAME -> "comes again, unchanged" + until + (first.isEmpty() ? "" : "; first" + first.substring(1));
            case UNKNOWN -> "comes again" + until + ", too long after the first time to be compared";
            case OTHER -> switch (repeated.successor()) {
                case OF_THE_FIRST -> "another record of this number" + until + "; the trail goes on from the first one"
                        + first;
                case OF_THE_LATER -> "another record of this number; the trail goes on from this one, not from the "
                        + "first one" + first;
                case UNKNOWN -> "another record of this number" + until + "; the first one" + first
                        + (first.isEmpty() ? " is" : ", is") + " no better";
            };
        };
    }

    private static String meaning(Finding.Repeated repeated) {
        return repeated.sameness() == Sameness.SAME
                ? "replayed; or delivered twice, by the operator or another collector: --at-least-once accepts it"
                : repeated.successor() == Successor.OF_THE_LATER
                        ? "the first one was put in, or changed"
                        : "put in, or changed";
    }

    private static String until(Place first, Place last) {
        return first.equals(last) ? "" : ", until " + last;
    }
}
