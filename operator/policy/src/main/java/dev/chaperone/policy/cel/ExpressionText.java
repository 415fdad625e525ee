package dev.chaperone.policy.cel;

import dev.cel.common.CelIssue;
import org.jspecify.annotations.Nullable;

/** The text of an expression, and the places in it. Offsets are UTF-16 code units from 0. */
record ExpressionText(String text) {
    /** CEL counts code points from the start of the expression. */
    int offset(int codePoints) {
        int known = Math.min(Math.max(0, codePoints), text.codePointCount(0, text.length()));
        return text.offsetByCodePoints(0, known);
    }

    int offset(CelIssue issue) {
        int lineStart = 0;
        for (int line = 1; line < issue.getSourceLocation().getLine(); line++) {
            int end = text.indexOf('\n', lineStart);
            if (end < 0) {
                break;
            }
            lineStart = end + 1;
        }
        return offset(text.codePointCount(0, lineStart) + Math.max(0, issue.getSourceLocation().getColumn()));
    }

    ExpressionProblem problem(int offset, String message, @Nullable String mend) {
        int at = Math.min(offset, text.length());
        int lineStart = at == 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
        int lineEnd = text.indexOf('\n', lineStart);
        String line = text.substring(lineStart, lineEnd < 0 ? text.length() : lineEnd).stripTrailing();
        int number = 1 + (int) text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
        return new ExpressionProblem(number, at - lineStart + 1, line.replace('\t', ' '), message, mend);
    }

    /** The first place from {@code offset} on that is neither blank nor one of {@code skipped}. */
    int skip(int offset, String skipped) {
        int at = offset;
        while (at < text.length()
                && (Character.isWhitespace(text.charAt(at)) || skipped.indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }

    /** The identifier that starts here; empty when none does. */
    String word(int offset) {
        int end = offset;
        while (end < text.length() && isWordPart(text.charAt(end))) {
            end++;
        }
        return text.substring(Math.min(offset, text.length()), end);
    }

    /** Where the identifier that ends before this place starts, blanks aside; the place itself when none does. */
    int wordBefore(int offset) {
        int end = Math.min(offset, text.length());
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        int start = end;
        while (start > 0 && isWordPart(text.charAt(start - 1))) {
            start--;
        }
        return start == end ? offset : start;
    }

    private static boolean isWordPart(char c) {
        return c < 128 && Character.isJavaIdentifierPart(c) && c != '$';
    }
}
