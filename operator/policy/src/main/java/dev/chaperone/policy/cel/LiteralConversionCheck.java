package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Literal durations and timestamps must be such: they would fail at every evaluation. */
final class LiteralConversionCheck implements AstCheck {
    private static final Pattern DURATION = Pattern
            .compile("[-+]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(h|m|s|ms|us|µs|ns))+)");

    @Override
    public List<Finding> check(CelAbstractSyntaxTree ast) {
        return AstWalk.all(ast.getExpr()).flatMap(LiteralConversionCheck::problem).toList();
    }

    private static Stream<Finding> problem(CelExpr expr) {
        if (expr.getKind() != CelExpr.ExprKind.Kind.CALL || expr.call().args().size() != 1) {
            return Stream.empty();
        }
        CelExpr argument = expr.call().args().getFirst();
        if (argument.getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || argument.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            return Stream.empty();
        }
        String text = argument.constant().stringValue();
        return switch (expr.call().function()) {
            case "duration" -> DURATION.matcher(text).matches()
                    ? Stream.empty()
                    : Stream.of(new Finding(
                            argument, "'" + text + "' is not a duration", "write hours, minutes and seconds: '1h30m'"));
            case "timestamp" -> isTimestamp(text)
                    ? Stream.empty()
                    : Stream.of(new Finding(
                            argument, "'" + text + "' is not a timestamp",
                            "write RFC 3339: '2026-01-31T08:00:00Z'"));
            default -> Stream.empty();
        };
    }

    private static boolean isTimestamp(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
