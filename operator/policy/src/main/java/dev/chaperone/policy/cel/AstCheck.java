package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One thing that a well-typed expression must not do. */
interface AstCheck {
    /** What is wrong; empty when nothing is. */
    List<Finding> check(CelAbstractSyntaxTree ast);

    /** @param at the part of the expression that is meant */
    record Finding(CelExpr at, String message, @Nullable String mend) {}
}
