package dev.chaperone.guardrail.engine;

import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.ArrayList;
import java.util.List;

/** CEL's string extension: positions count code points, and what a call reads or makes is charged before. */
final class Strings {
    private Strings() {}

    static String lowerAscii(String text) {
        return mapAscii(text, 'A', 'Z', 'a' - 'A');
    }

    static String upperAscii(String text) {
        return mapAscii(text, 'a', 'z', 'A' - 'a');
    }

    private static String mapAscii(String text, char from, char to, int shift) {
        WorkMeter.charge(text.length());
        char[] chars = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= from && c <= to) {
                chars = chars == null ? text.toCharArray() : chars;
                chars[i] = (char) (c + shift);
            }
        }
        return chars == null ? text : new String(chars);
    }

    static String trim(String text) {
        WorkMeter.charge(text.length());
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Unicode's White_Space, which CEL trims; Java's own notions leave some of it out. */
    private static boolean isSpace(char c) {
        return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F
                || c == 0x3000;
    }

    static String charAt(String text, long index) {
        int length = length(text);
        if (index < 0 || index > length) {
            throw EvaluationError.outOfBounds("charAt beyond the string");
        }
        if (index == length) {
            return "";
        }
        return Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) index)));
    }

    static String substring(String text, long begin, long end) {
        int length = length(text);
        long stop = end == Long.MAX_VALUE ? length : end;
        if (begin < 0 || stop > length || begin > stop) {
            throw EvaluationError.outOfBounds("substring beyond the string");
        }
        int from = text.offsetByCodePoints(0, (int) begin);
        return text.substring(from, text.offsetByCodePoints(from, (int) (stop - begin)));
    }

    static long indexOf(String text, String part, long offset) {
        int length = length(text);
        if (offset < 0 || offset > length) {
            throw EvaluationError.outOfBounds("indexOf beyond the string");
        }
        int found = text.indexOf(part, text.offsetByCodePoints(0, (int) offset));
        return found < 0 ? -1 : text.codePointCount(0, found);
    }

    static long lastIndexOf(String text, String part) {
        length(text);
        int found = text.lastIndexOf(part);
        return found < 0 ? -1 : text.codePointCount(0, found);
    }

    static long lastIndexOf(String text, String part, long offset) {
        int length = length(text);
        if (offset < 0 || offset > length) {
            throw EvaluationError.outOfBounds("lastIndexOf beyond the string");
        }
        int found = text.lastIndexOf(part, text.offsetByCodePoints(0, (int) offset));
        return found < 0 ? -1 : text.codePointCount(0, found);
    }

    private static int length(String text) {
        WorkMeter.charge(text.length());
        return text.codePointCount(0, text.length());
    }

    static String replace(String text, String target, String replacement, long limit) {
        WorkMeter.charge(text.length());
        StringBuilder out = new StringBuilder();
        int from = 0;
        int at = text.indexOf(target);
        for (long n = 0; at >= 0 && (limit < 0 || n < limit); n++) {
            // Charged piece by piece: a long replacement of a short target makes far more than was read.
            WorkMeter.charge(1L + replacement.length());
            out.append(text, from, at).append(replacement);
            from = at + target.length();
            if (target.isEmpty()) {
                if (at == text.length()) {
                    return out.toString();
                }
                int next = text.offsetByCodePoints(at, 1);
                out.append(text, at, next);
                from = next;
                at = next;
            } else {
                at = text.indexOf(target, from);
            }
        }
        return out.append(text, from, text.length()).toString();
    }

    static JsonArray split(String text, String separator, long limit) {
        WorkMeter.charge(text.length());
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (limit != 0 && (limit < 0 || parts.size() < limit - 1)) {
            int at = separator.isEmpty() ? nextCharacter(text, from) : text.indexOf(separator, from);
            if (at < 0) {
                break;
            }
            WorkMeter.charge(WorkMeter.ITEM);
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        boolean rest = separator.isEmpty() ? from < text.length() : true;
        if (limit != 0 && rest) {
            parts.add(text.substring(from));
        }
        return JsonArray.copyOf(parts);
    }

    private static int nextCharacter(String text, int from) {
        return from >= text.length() ? -1 : text.offsetByCodePoints(from, 1);
    }

    static String join(List<?> parts, String separator) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Object part : parts) {
            if (!(part instanceof String text)) {
                throw EvaluationError.invalid("join takes a list of strings");
            }
            WorkMeter.charge(1L + text.length() + separator.length());
            if (!first) {
                out.append(separator);
            }
            first = false;
            out.append(text);
        }
        return out.toString();
    }
}
