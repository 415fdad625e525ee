package dev.chaperone.it.oracle;

import dev.chaperone.it.oracle.Expr.Binary;
import dev.chaperone.it.oracle.Expr.Call;
import dev.chaperone.it.oracle.Expr.Field;
import dev.chaperone.it.oracle.Expr.Has;
import dev.chaperone.it.oracle.Expr.Items;
import dev.chaperone.it.oracle.Expr.Literal;
import dev.chaperone.it.oracle.Expr.Not;
import dev.chaperone.it.oracle.Expr.Root;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Evaluates expressions as plainly as can be. An error is a value: {@code &&} and {@code ||} absorb it on either side,
 * everything else passes it on.
 */
final class Evaluator {
    /** What an expression yields that cannot be evaluated. */
    static final Object ERROR = new Object();

    private final Map<String, Object> roots;
    private final Function<String, Object> variables;

    /**
     * @param roots the values of {@code args}, {@code tool} and {@code agent}
     * @param variables the value of a variable, {@link #ERROR} included
     */
    Evaluator(Map<String, Object> roots, Function<String, Object> variables) {
        this.roots = roots;
        this.variables = variables;
    }

    Object evaluate(Expr expr) {
        return switch (expr) {
            case Literal(Object value) -> value;
            case Items(List<Expr> items) -> items(items);
            case Root(String name) -> roots.get(name);
            case Field(Root(String root), String name) when root.equals("variables") -> variables.apply(name);
            case Field(Expr of, String name) -> evaluate(of) instanceof Map<?, ?> map && map.containsKey(name)
                    ? map.get(name)
                    : ERROR;
            case Has(Field(Expr of, String name)) -> evaluate(of) instanceof Map<?, ?> map
                    ? map.containsKey(name)
                    : ERROR;
            case Not(Expr of) -> evaluate(of) instanceof Boolean bool ? !bool : ERROR;
            case Binary(String operator, Expr left, Expr right) -> binary(operator, evaluate(left), evaluate(right));
            case Call(Expr target, String function, Expr argument) ->
                evaluate(target) instanceof String text && evaluate(argument) instanceof String other
                        ? call(function, text, other)
                        : ERROR;
        };
    }

    private Object items(List<Expr> items) {
        List<Object> values = new ArrayList<>();
        items.forEach(item -> values.add(evaluate(item)));
        return values.contains(ERROR) ? ERROR : values;
    }

    private static Object binary(String operator, Object left, Object right) {
        if (operator.equals("&&") || operator.equals("||")) {
            boolean decisive = operator.equals("||");
            if (left.equals(decisive) || right.equals(decisive)) {
                return decisive;
            }
            return left instanceof Boolean && right instanceof Boolean ? (Object) !decisive : ERROR;
        }
        if (left == ERROR || right == ERROR) {
            return ERROR;
        }
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> in(left, right);
            default -> {
                Integer order = order(left, right);
                yield order == null ? ERROR : switch (operator) {
                    case "<" -> order < 0;
                    case "<=" -> order <= 0;
                    case ">" -> order > 0;
                    case ">=" -> order >= 0;
                    default -> throw new IllegalArgumentException(operator);
                };
            }
        };
    }

    private static Object in(Object value, Object where) {
        return switch (where) {
            case List<?> list -> list.stream().anyMatch(item -> same(value, item));
            case Map<?, ?> map -> map.containsKey(value);
            default -> ERROR;
        };
    }

    /** Values of different types are never the same; numbers are of one. */
    static boolean same(Object one, Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return a.doubleValue() == b.doubleValue();
        }
        if (one instanceof List<?> a && other instanceof List<?> b) {
            Iterator<?> others = b.iterator();
            return a.size() == b.size() && a.stream().allMatch(item -> same(item, others.next()));
        }
        if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
            return a.keySet().equals(b.keySet())
                    && a.entrySet().stream().allMatch(entry -> same(entry.getValue(), b.get(entry.getKey())));
        }
        return Objects.equals(one, other);
    }

    /** Null for values without order. */
    private static Integer order(Object one, Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return Double.compare(a.doubleValue(), b.doubleValue());
        }
        if (one instanceof String a && other instanceof String b) {
            return a.compareTo(b);
        }
        return one instanceof Boolean a && other instanceof Boolean b ? a.compareTo(b) : null;
    }

    private static Object call(String function, String text, String other) {
        return switch (function) {
            case "startsWith" -> text.startsWith(other);
            case "endsWith" -> text.endsWith(other);
            case "contains" -> text.contains(other);
            case "isWithin" -> isWithin(text, other);
            default -> throw new IllegalArgumentException(function);
        };
    }

    /** Of paths without anything but letters, dots and slashes. */
    private static boolean isWithin(String path, String root) {
        if (path.isEmpty() || path.startsWith("/") != root.startsWith("/")) {
            return false;
        }
        return (String.join("/", clean(path)) + "/").startsWith(
                clean(root).isEmpty() ? "" : String.join("/", clean(root)) + "/");
    }

    private static Deque<String> clean(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return segments;
    }
}
