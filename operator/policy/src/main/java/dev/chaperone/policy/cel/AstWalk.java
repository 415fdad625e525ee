package dev.chaperone.policy.cel;

import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Ways through an expression's tree. */
final class AstWalk {
    private AstWalk() {}

    static List<CelExpr> children(CelExpr expr) {
        List<CelExpr> children = new ArrayList<>();
        switch (expr.getKind()) {
            case SELECT -> children.add(expr.select().operand());
            case CALL -> {
                expr.call().target().ifPresent(children::add);
                children.addAll(expr.call().args());
            }
            case LIST -> children.addAll(expr.list().elements());
            case MAP -> expr.map().entries().forEach(entry -> {
                children.add(entry.key());
                children.add(entry.value());
            });
            case STRUCT -> expr.struct().entries().forEach(entry -> children.add(entry.value()));
            case COMPREHENSION -> {
                CelExpr.CelComprehension loop = expr.comprehension();
                children.addAll(List.of(
                        loop.iterRange(), loop.accuInit(), loop.loopCondition(), loop.loopStep(), loop.result()));
            }
            default -> {
            }
        }
        return children;
    }

    /** The expression and everything in it, outermost first. */
    static Stream<CelExpr> all(CelExpr expr) {
        return Stream.concat(Stream.of(expr), children(expr).stream().flatMap(AstWalk::all));
    }

    static Optional<CelExpr> find(CelExpr root, long id) {
        return all(root).filter(expr -> expr.id() == id).findFirst();
    }

    /** The operands of a call, its target first. */
    static List<CelExpr> operands(CelExpr call) {
        return children(call);
    }
}
