package dev.chaperone.policy.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.chaperone.config.PatternSize;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Regular expressions must be ones that RE2 runs: in linear time, and with a program of bounded size. */
final class RegexCheck implements AstCheck {
    /** RE2 instructions; a repetition such as {@code {500}} multiplies them. */
    static final int MAX_PROGRAM = 1_000;

    private static final Set<String> TAKE_PATTERN = Set.of("matches", "find", "findAll");

    @Override
    public List<Finding> check(CelAbstractSyntaxTree ast) {
        return AstWalk.all(ast.getExpr()).flatMap(RegexCheck::literal).flatMap(RegexCheck::problem).toList();
    }

    /** The literal pattern of a call that searches for one, if it is a literal. */
    static Stream<CelExpr> literal(CelExpr expr) {
        if (expr.getKind() != CelExpr.ExprKind.Kind.CALL || !TAKE_PATTERN.contains(expr.call().function())) {
            return Stream.empty();
        }
        return Stream.of(AstWalk.operands(expr).get(1))
                .filter(pattern -> pattern.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && pattern.constant().getKind() == CelConstant.Kind.STRING_VALUE);
    }

    private static Stream<Finding> problem(CelExpr literal) {
        String pattern = literal.constant().stringValue();
        // Asked before anything is compiled: nested counts would take all memory there is.
        if (PatternSize.isTooLarge(pattern)) {
            return Stream.of(tooBig(literal, "too big to be compiled"));
        }
        try {
            int size = Pattern.compile(pattern).programSize();
            return size <= MAX_PROGRAM
                    ? Stream.empty()
                    : Stream.of(tooBig(literal, "too big: " + size + " instructions of at most " + MAX_PROGRAM));
        } catch (PatternSyntaxException e) {
            return Stream.of(new Finding(
                    literal, "not a regular expression: " + e.getDescription() + ": " + e.getPattern(),
                    mend(pattern)));
        }
    }

    private static Finding tooBig(CelExpr literal, String what) {
        return new Finding(
                literal, "the regular expression is " + what, "repeat fewer times, or test size() besides");
    }

    private static String mend(String pattern) {
        if (pattern.contains("(?=") || pattern.contains("(?!") || pattern.contains("(?<=")
                || pattern.contains("(?<!")) {
            return "lookarounds are not linear-time: combine two matches() with && or !";
        }
        if (pattern.matches("(?s).*\\\\[1-9].*")) {
            return "backreferences are not linear-time: compare parts taken with split() instead";
        }
        return "write RE2 syntax; a backslash is written twice in a quoted string, or once in r'...'";
    }
}
