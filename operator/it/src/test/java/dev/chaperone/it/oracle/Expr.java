package dev.chaperone.it.oracle;

import java.util.List;
import java.util.stream.Collectors;

/** Expressions of the part of CEL that the oracle understands, and how they are written. */
sealed interface Expr {
    /** @param value a {@code Long}, {@code Double}, {@code String} or {@code Boolean} */
    record Literal(Object value) implements Expr {}

    record Items(List<Expr> items) implements Expr {}

    /** {@code args}, {@code tool}, {@code agent} or {@code variables}. */
    record Root(String name) implements Expr {}

    record Field(Expr of, String name) implements Expr {}

    record Has(Field field) implements Expr {}

    record Not(Expr of) implements Expr {}

    /** @param operator as it is written between the two */
    record Binary(String operator, Expr left, Expr right) implements Expr {}

    record Call(Expr target, String function, Expr argument) implements Expr {}

    default String text() {
        return switch (this) {
            case Literal(String value) -> "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
            case Literal(Object value) -> String.valueOf(value);
            case Items(List<Expr> items) -> items.stream().map(Expr::text).collect(Collectors.joining(", ", "[", "]"));
            case Root(String name) -> name;
            case Field(Expr of, String name) -> of.text() + "." + name;
            case Has(Field field) -> "has(" + field.text() + ")";
            case Not(Expr of) -> "!(" + of.text() + ")";
            case Binary(String operator, Expr left, Expr right) ->
                "(" + left.text() + " " + operator + " " + right.text() + ")";
            case Call(Expr target, String function, Expr argument) ->
                target.text() + "." + function + "(" + argument.text() + ")";
        };
    }
}
