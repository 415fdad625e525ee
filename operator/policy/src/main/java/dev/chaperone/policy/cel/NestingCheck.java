package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import java.util.List;

/** Keeps programs readable for protobuf, which refuses messages nested deeper than 100. */
final class NestingCheck implements AstCheck {
    /** Leaves room for what surrounds the expression in its message. */
    static final int MAX_MESSAGE_DEPTH = 90;

    @Override
    public List<Finding> check(CelAbstractSyntaxTree ast) {
        return depth(ast.getExpr()) <= MAX_MESSAGE_DEPTH
                ? List.of()
                : List.of(new Finding(
                        ast.getExpr(), "the expression is nested too deeply",
                        "move parts of it into variables, or test with 'in' against a list"));
    }

    // An operand lies two messages below its operator; keys and values of a map lie three below it.
    private static int depth(CelExpr expr) {
        int below = AstWalk.children(expr).stream().mapToInt(NestingCheck::depth).max().orElse(0);
        return below + (expr.getKind() == CelExpr.ExprKind.Kind.MAP ? 3 : 2);
    }
}
