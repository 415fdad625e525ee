package dev.chaperone.guardrail.engine;

import dev.chaperone.guardrail.json.WorkMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Paths as text. Nothing is looked up: following links is the tool server's duty.
 *
 * <ul>
 * <li>{@code /} and {@code \} separate; runs of them count as one, {@code .} and a trailing separator are dropped, and {@code
 * ..} takes the segment before it away: never above the root of an absolute path, and kept at the front of a relative
 * one. The result is absolute exactly when the path is, and the empty path stays empty.
 * <li>A system where {@code \} is part of a name reads {@code /a/b\c/..} as {@code /a}, another as {@code /a/b}. Such a path,
 * in which {@code ..} takes away a name that holds a backslash, has no clean form: it is an evaluation error.
 * <li>Control characters, among them NUL, are an evaluation error.
 * <li>Percent-encoding and Unicode are not decoded, folded or normalised: segments are compared byte for byte. But a
 * path that holds an encoded dot, separator, NUL or percent sign is within nothing, because somebody may decode it
 * later, and so is one with a name that is {@code ..} but for dots, spaces or a semicolon behind it.
 * </ul>
 */
final class Paths {
    // The last ones begin overlong forms of the same characters, and the encoding of JavaScript's escape().
    private static final List<String> ENCODED = List.of(
            "%2e", "%2f", "%5c", "%00", "%25", "%c0", "%c1", "%e0%80", "%e0%81", "%u");

    private Paths() {}

    static String clean(String path) {
        WorkMeter.charge(path.length());
        if (path.isEmpty()) {
            return path;
        }
        return render(isSeparator(path.charAt(0), true), segments(path, true));
    }

    /** Whether a path is the root or below it, however a system reads its backslashes. */
    static boolean isWithin(String path, String root) {
        WorkMeter.charge((long) path.length() + root.length());
        return within(path, root, true) && (path.indexOf('\\') < 0 || within(path, root, false));
    }

    private static boolean within(String path, String root, boolean backslashes) {
        List<String> segments = segments(path, backslashes);
        List<String> above = segments(root, true);
        if (path.isEmpty() || root.isEmpty()
                || isSeparator(path.charAt(0), backslashes) != isSeparator(root.charAt(0), true)
                || holdsEncoded(path) || segments.stream().anyMatch(Paths::climbsInDisguise)
                || startsWith(segments, "~") || startsWith(above, "~")) {
            return false;
        }
        // A relative path that leaves where it starts is within no relative root, not even within '..'.
        return !startsWith(segments, "..") && segments.size() >= above.size()
                && segments.subList(0, above.size()).equals(above);
    }

    private static boolean startsWith(List<String> segments, String prefix) {
        return !segments.isEmpty() && segments.getFirst().startsWith(prefix)
                && (prefix.equals("~") || segments.getFirst().equals(prefix));
    }

    // Some systems drop dots and spaces at the end of a name, or what follows a semicolon, and then go up.
    private static boolean climbsInDisguise(String segment) {
        if (segment.length() < 3 || !segment.startsWith("..")) {
            return false;
        }
        for (int i = 2; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == ';') {
                return true;
            }
            if (c != '.' && c != ' ') {
                return false;
            }
        }
        return true;
    }

    private static boolean holdsEncoded(String path) {
        if (path.indexOf('%') < 0) {
            return false;
        }
        String lower = path.toLowerCase(Locale.ROOT);
        return ENCODED.stream().anyMatch(lower::contains);
    }

    private static List<String> segments(String path, boolean backslashes) {
        boolean absolute = !path.isEmpty() && isSeparator(path.charAt(0), backslashes);
        List<String> segments = new ArrayList<>();
        // What a system that takes backslashes for letters has open, while one that does not has the segments.
        List<Boolean> mixed = new ArrayList<>();
        int start = 0;
        boolean afterBackslash = false;
        for (int i = 0; i <= path.length(); i++) {
            char c = i < path.length() ? path.charAt(i) : '/';
            if (c < ' ' || c == 0x7F) {
                throw EvaluationError.invalid("a path holds a control character");
            }
            if (!isSeparator(c, backslashes)) {
                continue;
            }
            boolean inMixedName = afterBackslash || c == '\\';
            add(path.substring(start, i), inMixedName, absolute, segments, mixed);
            start = i + 1;
            afterBackslash = c == '\\';
        }
        return segments;
    }

    private static void add(
            String segment, boolean inMixedName, boolean absolute, List<String> segments, List<Boolean> mixed) {
        if (segment.isEmpty() || segment.equals(".")) {
            return;
        }
        @Nullable
        String last = segments.isEmpty() ? null : segments.getLast();
        if (!segment.equals("..")) {
            segments.add(segment);
            mixed.add(inMixedName);
        } else if (last != null && !last.equals("..")) {
            if (!inMixedName && mixed.getLast()) {
                throw EvaluationError.invalid("a path means different things with and without backslashes");
            }
            segments.removeLast();
            mixed.removeLast();
        } else if (!absolute) {
            segments.add(segment);
            mixed.add(inMixedName);
        }
    }

    private static boolean isSeparator(char c, boolean backslashes) {
        return c == '/' || (backslashes && c == '\\');
    }

    private static String render(boolean absolute, List<String> segments) {
        String joined = String.join("/", segments);
        if (absolute) {
            return "/" + joined;
        }
        return joined.isEmpty() ? "." : joined;
    }
}
