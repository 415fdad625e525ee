package dev.chaperone.policy.cel;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.List;

/** What can be told of an expression without arguments. */
final class Constants {
    private Constants() {}

    /** Whether it is false whatever the call; CEL's {@code &&} is false when either side is, errors or not. */
    static boolean isFalse(CelExpr expr) {
        return is(expr, false);
    }

    private static boolean is(CelExpr expr, boolean value) {
        if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT) {
            return expr.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
                    && expr.constant().booleanValue() == value;
        }
        if (expr.getKind() != CelExpr.ExprKind.Kind.CALL) {
            return false;
        }
        List<CelExpr> operands = expr.call().args();
        return switch (expr.call().function()) {
            case "!_" -> is(operands.getFirst(), !value);
            case "_&&_" -> value
                    ? operands.stream().allMatch(operand -> is(operand, true))
                    : operands.stream().anyMatch(operand -> is(operand, false));
            case "_||_" -> value
                    ? operands.stream().anyMatch(operand -> is(operand, true))
                    : operands.stream().allMatch(operand -> is(operand, false));
            default -> false;
        };
    }
}
