package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelComprehension;
import java.util.ArrayList;
import java.util.List;

/** Loops may stand in loops, and no deeper: the run time knows no deadline. */
final class LoopNestingCheck implements AstCheck {
    static final int MAX_LOOPS = 2;

    @Override
    public List<Finding> check(CelAbstractSyntaxTree ast) {
        List<Finding> findings = new ArrayList<>();
        visit(ast.getExpr(), 0, findings);
        return findings;
    }

    private static void visit(CelExpr expr, int loops, List<Finding> findings) {
        if (expr.getKind() != CelExpr.ExprKind.Kind.COMPREHENSION || !repeats(expr.comprehension())) {
            AstWalk.children(expr).forEach(child -> visit(child, loops, findings));
            return;
        }
        if (loops == MAX_LOOPS) {
            findings.add(new Finding(
                    expr, "loops are nested more than " + MAX_LOOPS + " deep",
                    "take the inner loop out, or write two rules"));
            return;
        }
        visit(expr.comprehension().iterRange(), loops, findings);
        visit(expr.comprehension().loopCondition(), loops + 1, findings);
        visit(expr.comprehension().loopStep(), loops + 1, findings);
        visit(expr.comprehension().result(), loops, findings);
    }

    /** Whether it is a loop at all: {@code optMap} is written as one over nothing. */
    static boolean repeats(CelComprehension loop) {
        CelExpr range = loop.iterRange();
        return range.getKind() != CelExpr.ExprKind.Kind.LIST || !range.list().elements().isEmpty();
    }
}
