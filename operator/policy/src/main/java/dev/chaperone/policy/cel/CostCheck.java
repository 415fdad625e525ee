package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import java.util.List;

/**
 * Refuses expressions that could hold a call up noticeably. The guardrail caps inputs, iterations and regular
 * expressions besides; this is so that nobody finds out from a denied call.
 */
final class CostCheck implements AstCheck {
    /** In units of {@link CostEstimator}: a fraction of a second at worst, on a small machine. */
    static final long BUDGET = 1_000_000;

    @Override
    public List<Finding> check(CelAbstractSyntaxTree ast) {
        long cost = CostEstimator.worstCase(ast.getExpr());
        return cost <= BUDGET
                ? List.of()
                : List.of(new Finding(
                        ast.getExpr(),
                        "the expression can take " + cost + " steps for big arguments, of at most " + BUDGET,
                        loops(ast)
                                ? "loop over one list only, or test with 'in' against a literal list"
                                : "texts grow at each step: ask less of them, or split the rule"));
    }

    private static boolean loops(CelAbstractSyntaxTree ast) {
        return AstWalk.all(ast.getExpr()).anyMatch(expr -> expr.getKind() == CelExpr.ExprKind.Kind.COMPREHENSION
                && LoopNestingCheck.repeats(expr.comprehension()));
    }
}
