package dev.chaperone.policy.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What evaluating an expression costs at worst, for arguments as big as the guardrail lets them be. The unit is about
 * one step of the interpreter, a few hundred nanoseconds on a small machine; walks through strings count by length.
 */
final class CostEstimator {
    private static final long ABSURD = 1L << 40;

    private record Estimate(long cost, Extent extent) {
        Estimate {
            cost = Math.min(cost, ABSURD);
        }
    }

    private final Map<String, Extent> locals = new HashMap<>();

    static long worstCase(CelExpr expr) {
        return new CostEstimator().estimate(expr).cost;
    }

    private Estimate estimate(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> new Estimate(0, constant(expr.constant()));
            case IDENT -> new Estimate(1, locals.getOrDefault(expr.ident().name(), Extent.unknown(1)));
            case SELECT -> {
                Estimate operand = estimate(expr.select().operand());
                yield new Estimate(operand.cost + 1, operand.extent.part());
            }
            case CALL -> call(expr.call(), AstWalk.operands(expr).stream().map(this::estimate).toList(), expr);
            case LIST -> collection(expr.list().elements(), expr.list().elements().size());
            case MAP -> collection(AstWalk.children(expr), expr.map().entries().size());
            case COMPREHENSION -> loop(expr.comprehension());
            default -> new Estimate(1, Extent.unknown(1));
        };
    }

    private static Extent constant(CelConstant constant) {
        return switch (constant.getKind()) {
            case STRING_VALUE -> Extent.string(constant.stringValue().length());
            case BYTES_VALUE -> Extent.string(constant.bytesValue().size());
            default -> Extent.SCALAR;
        };
    }

    private Estimate collection(List<CelExpr> parts, int size) {
        List<Estimate> estimates = parts.stream().map(this::estimate).toList();
        Extent each = estimates.stream().map(Estimate::extent).reduce(Extent::max).orElse(Extent.SCALAR);
        return new Estimate(1 + sum(estimates), Extent.list(size, each));
    }

    private Estimate loop(CelComprehension loop) {
        Estimate range = estimate(loop.iterRange());
        Estimate start = estimate(loop.accuInit());
        long rounds = LoopNestingCheck.repeats(loop) ? range.extent.elements() : 0;
        locals.put(loop.iterVar(), range.extent.each());
        if (!loop.iterVar2().isEmpty()) {
            locals.put(loop.iterVar2(), range.extent.each());
        }
        // What map and filter build has at most as many elements as they walk through, each as big as a step makes it;
        // the others build a bool or, for optMap, hand on what they start with.
        locals.put(loop.accuVar(), rounds == 0 ? start.extent : Extent.list(rounds, range.extent.each()));
        long body = 0;
        if (rounds > 0) {
            Estimate step = estimate(loop.loopStep());
            body = rounds * (1 + estimate(loop.loopCondition()).cost + step.cost);
            if (step.extent.element() != null) {
                locals.put(loop.accuVar(), Extent.list(rounds, step.extent.element()));
            }
        }
        Estimate result = estimate(loop.result());
        return new Estimate(range.cost + start.cost + body + result.cost, result.extent);
    }

    private static Estimate call(CelCall call, List<Estimate> operands, CelExpr expr) {
        Extent first = operands.isEmpty() ? Extent.SCALAR : operands.getFirst().extent;
        Extent last = operands.isEmpty() ? Extent.SCALAR : operands.getLast().extent;
        long own = switch (call.function()) {
            case "matches", "find", "findAll" -> first.chars() / 10 * Math.max(1, program(expr) / 10);
            // Looking for a string in a string may compare from every place.
            case "contains", "split", "replace" -> search(first, last);
            case "indexOf", "lastIndexOf" -> search(first, last) + lookUp(last, first);
            case "@in", "in" -> lookUp(first, last);
            case "isSorted", "sum", "min", "max" -> lookUp(first.each(), first);
            case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "startsWith", "endsWith" -> Math
                    .min(first.chars(), last.chars()) / 100 + Math.min(first.elements(), last.elements()) / 10;
            case "_+_" -> (first.chars() + last.chars()) / 100 + last.elements() / 10;
            case "cleanPath", "isWithin", "lowerAscii", "upperAscii", "trim", "substring", "join", "charAt", "size",
                    "string", "bytes", "timestamp", "duration", "int", "double", "uint" ->
                first.chars() / 100;
            default -> 0;
        };
        return new Estimate(1 + own + sum(operands), result(call.function(), operands, first, last));
    }

    private static long search(Extent text, Extent part) {
        return text.chars() / 100 + text.chars() * Math.min(part.chars(), text.chars()) / 10_000;
    }

    private static long lookUp(Extent value, Extent list) {
        return list.elements() * (1 + Math.min(value.chars(), list.each().chars()) / 1_000) / 10;
    }

    private static Extent result(String function, List<Estimate> operands, Extent first, Extent last) {
        return switch (function) {
            case "_+_" -> first.plus(last);
            case "_?_:_" -> operands.get(1).extent.max(last);
            case "_[_]", "_[?_]", "_?._" -> first.part();
            case "orValue", "or" -> first.max(last);
            case "value", "cleanPath", "lowerAscii", "upperAscii", "trim", "substring", "string", "bytes", "dyn",
                    "optional.of", "optional.ofNonZeroValue", "find" ->
                first;
            case "min", "max", "first", "last" -> first.each();
            case "findAll" -> Extent.list(Extent.unknown(1).elements(), first);
            case "replace" -> Extent.string(first.chars() * Math.max(1, operands.get(2).extent.chars()));
            case "join" -> Extent.string(first.elements() * (first.each().chars() + last.chars()));
            case "split" -> Extent.list(
                    Math.min(Extent.unknown(1).elements(), Math.max(1, first.chars())),
                    Extent.string(Math.max(1, first.chars() / Extent.unknown(1).elements())));
            default -> Extent.SCALAR;
        };
    }

    private static long program(CelExpr matches) {
        return RegexCheck.literal(matches).mapToLong(literal -> {
            try {
                return Pattern.compile(literal.constant().stringValue()).programSize();
            } catch (PatternSyntaxException e) {
                return RegexCheck.MAX_PROGRAM;
            }
        }).findFirst().orElse(RegexCheck.MAX_PROGRAM);
    }

    private static long sum(List<Estimate> estimates) {
        return estimates.stream().mapToLong(Estimate::cost).sum();
    }
}
