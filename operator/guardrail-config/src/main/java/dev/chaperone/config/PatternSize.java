package dev.chaperone.config;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which regular expressions are too large, told from their text before anything is compiled: nested counts multiply,
 * and {@code (((x{50}){50}){50}){50}} takes all memory there is. Whoever compiles policies and the guardrail ask the same
 * question, so that no pattern is accepted that cannot be used. The estimate errs on the large side.
 */
public final class PatternSize {
    /** Characters of the longest pattern that is compiled. */
    public static final int MAX_LENGTH = 2_000;
    /** Instructions of the largest program that is run. */
    public static final int MAX_PROGRAM = 2_000;

    // An estimate may be some times too high; what it has to stop is thousands of times too large.
    private static final long MAX_ESTIMATE = 4L * MAX_PROGRAM;
    private static final long HUGE = Long.MAX_VALUE / 4_000_000;

    private final String pattern;
    private final Deque<Long> outer = new ArrayDeque<>();
    private long group;
    // What a count that follows repeats.
    private long last;
    private int at;

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    /** Whether a pattern must not even be compiled. */
    public static boolean isTooLarge(String pattern) {
        return pattern.length() > MAX_LENGTH || estimate(pattern) > MAX_ESTIMATE;
    }

    /** About how many instructions the pattern's program has. */
    static long estimate(String pattern) {
        return new PatternSize(pattern).read();
    }

    private long read() {
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            switch (c) {
                case '\\' -> escape();
                case '[' -> skipClass();
                case '(' -> {
                    flush(0);
                    outer.push(group);
                    group = 0;
                }
                case ')' -> {
                    flush(0);
                    long inside = group + 2;
                    group = outer.isEmpty() ? 0 : outer.pop();
                    last = inside;
                }
                case '{' -> last = bounded(Math.max(1, last) * count());
                default -> flush(1);
            }
        }
        flush(0);
        for (long rest : outer) {
            group = bounded(group + rest);
        }
        return group;
    }

    private void flush(long next) {
        group = bounded(group + last);
        last = next;
    }

    private static long bounded(long size) {
        return Math.min(size, HUGE);
    }

    private void escape() {
        if (at < pattern.length() && pattern.charAt(at) == 'Q') {
            int end = pattern.indexOf("\\E", at);
            int stop = end < 0 ? pattern.length() : end;
            flush(stop - at);
            at = end < 0 ? stop : end + 2;
            return;
        }
        at++;
        flush(1);
    }

    // A class is one instruction; a bracket right at its beginning belongs to it.
    private void skipClass() {
        flush(1);
        int begin = at < pattern.length() && pattern.charAt(at) == '^' ? at + 1 : at;
        for (int i = begin; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '[' && i + 1 < pattern.length() && pattern.charAt(i + 1) == ':') {
                int end = pattern.indexOf(":]", i + 2);
                i = end < 0 ? i : end + 1;
            } else if (c == ']' && i > begin) {
                at = i + 1;
                return;
            }
        }
    }

    /** The highest number of a count that starts here; 1 when what stands here is none. */
    private long count() {
        int end = pattern.indexOf('}', at);
        if (end < 0) {
            return 1;
        }
        long highest = 1;
        long number = 0;
        for (int i = at; i < end; i++) {
            char c = pattern.charAt(i);
            if (c == ',') {
                number = 0;
            } else if (c >= '0' && c <= '9') {
                number = Math.min(number * 10 + (c - '0'), 1_000_000);
                highest = Math.max(highest, number);
            } else {
                return 1;
            }
        }
        at = end + 1;
        return highest;
    }
}
