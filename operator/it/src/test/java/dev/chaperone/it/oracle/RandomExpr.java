package dev.chaperone.it.oracle;

import dev.chaperone.it.oracle.Expr.Binary;
import dev.chaperone.it.oracle.Expr.Call;
import dev.chaperone.it.oracle.Expr.Field;
import dev.chaperone.it.oracle.Expr.Has;
import dev.chaperone.it.oracle.Expr.Items;
import dev.chaperone.it.oracle.Expr.Literal;
import dev.chaperone.it.oracle.Expr.Not;
import dev.chaperone.it.oracle.Expr.Root;
import dev.chaperone.it.oracle.World.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes conditions that are well typed, and that fail often enough when they are evaluated.
 *
 * @param arguments the types of the arguments; null when nothing is known of them
 * @param variables the types of the variables that may be read
 */
record RandomExpr(Random random, Map<String, Type> arguments, Map<String, Type> variables) {
    static final List<String> TEXTS = List.of("a", "b", "ab", "", "/w", "/w/a", "/wa", "/w/../x", "w/a", "/", "//w/./b",
            "/w/a/..", "/../w", "read", "dev");
    private static final List<String> ROOTS = List.of("/w", "/", "/w/a", "/x/../w");

    private record Typed(Expr expr, Type type) {}

    Expr condition(int depth) {
        return switch (depth == 0 ? 9 : random.nextInt(10)) {
            case 0, 1 -> new Binary("&&", condition(depth - 1), condition(depth - 1));
            case 2, 3 -> new Binary("||", condition(depth - 1), condition(depth - 1));
            case 4 -> new Not(condition(depth - 1));
            default -> atom();
        };
    }

    /** A variable's value: a condition or what can be read. */
    Map.Entry<Expr, Type> value() {
        if (random.nextInt(3) == 0) {
            return Map.entry(condition(1), Type.BOOLEAN);
        }
        Typed read = read();
        return Map.entry(read.expr, read.type);
    }

    private Expr atom() {
        return switch (random.nextInt(12)) {
            case 0 -> new Literal(random.nextBoolean());
            case 1 -> has();
            case 2 -> ofTheCall();
            case 3 -> {
                Typed read = read();
                yield new Binary(random.nextBoolean() ? "==" : "!=", read.expr, read.expr);
            }
            default -> test(read());
        };
    }

    private Expr ofTheCall() {
        Expr labels = new Field(new Root("agent"), "labels");
        return switch (random.nextInt(6)) {
            case 0 -> new Binary("==", new Field(new Root("tool"), "stakes"), new Literal("High"));
            case 1 -> new Call(new Field(new Root("tool"), "name"), "startsWith", new Literal("read"));
            case 2 -> new Binary("==", new Field(new Root("agent"), "namespace"), new Literal(pick("dev", "ops")));
            case 3 -> new Has(new Field(labels, pick("app", "team")));
            case 4 -> new Binary("==", new Field(labels, pick("app", "team")), new Literal("coder"));
            default -> new Binary("in", new Literal(pick("app", "team")), labels);
        };
    }

    private Expr has() {
        Field field = argument();
        boolean object = arguments == null ? random.nextInt(4) == 0 : arguments.get(field.name()) == Type.OBJECT;
        return new Has(object && random.nextBoolean() ? new Field(field, pick("s", "n")) : field);
    }

    private Field argument() {
        List<String> known = arguments == null || arguments.isEmpty()
                ? List.of("s", "p", "n", "d", "b", "l", "o", "x", "gone")
                : List.copyOf(arguments.keySet());
        return new Field(new Root("args"), known.get(random.nextInt(known.size())));
    }

    private Typed read() {
        if (!variables.isEmpty() && random.nextInt(5) < 2) {
            String name = pick(variables.keySet().toArray(String[]::new));
            return inside(new Typed(new Field(new Root("variables"), name), variables.get(name)));
        }
        if (arguments != null && arguments.isEmpty()) {
            return new Typed(new Field(new Root("tool"), "name"), Type.STRING);
        }
        Field field = argument();
        return inside(new Typed(field, arguments == null ? Type.ANY : arguments.get(field.name())));
    }

    private Typed inside(Typed read) {
        boolean object = read.type == Type.OBJECT || (read.type == Type.ANY && random.nextInt(8) == 0);
        if (!object) {
            return read;
        }
        String name = pick("s", "n");
        return new Typed(new Field(read.expr, name), read.type == Type.ANY ? Type.ANY : RandomWorld.OBJECT.get(name));
    }

    private Expr test(Typed read) {
        return switch (read.type) {
            case BOOLEAN ->
                random.nextBoolean() ? read.expr : new Binary("==", read.expr, new Literal(random.nextBoolean()));
            case INTEGER, NUMBER -> switch (random.nextInt(3)) {
                case 0 -> new Binary(pick("<", "<=", ">", ">="), read.expr, literal(pick(Type.INTEGER, Type.NUMBER)));
                case 1 -> new Binary("in", read.expr, list(read.type));
                default -> new Binary(pick("==", "!="), read.expr, literal(read.type));
            };
            case STRING -> text(read.expr);
            case STRINGS -> random.nextBoolean()
                    ? new Binary("in", literal(Type.STRING), read.expr)
                    : new Binary(pick("==", "!="), read.expr, list(Type.STRING));
            case OBJECT -> new Binary("==", read.expr, read.expr);
            case ANY -> switch (random.nextInt(6)) {
                case 0 -> read.expr;
                case 1 -> text(read.expr);
                case 2 -> new Binary("in", literal(anyScalar()), read.expr);
                case 3 -> new Binary("in", read.expr, list(Type.ANY));
                case 4 -> new Binary(pick("==", "!="), read.expr, random.nextBoolean()
                        ? literal(anyScalar())
                        : list(anyScalar()));
                default -> new Binary(pick("<", "<=", ">", ">="), read.expr, literal(anyScalar()));
            };
        };
    }

    private Expr text(Expr read) {
        return switch (random.nextInt(4)) {
            case 0 -> new Binary(pick("==", "!=", "<", "<=", ">", ">="), read, literal(Type.STRING));
            case 1 -> new Binary("in", read, list(Type.STRING));
            case 2 -> new Call(read, pick("startsWith", "endsWith", "contains"), literal(Type.STRING));
            default -> new Call(read, "isWithin", new Literal(ROOTS.get(random.nextInt(ROOTS.size()))));
        };
    }

    private Items list(Type type) {
        List<Expr> items = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            items.add(literal(type == Type.ANY ? anyScalar() : type));
        }
        return new Items(items);
    }

    private Expr literal(Type type) {
        return new Literal(scalar(random, type));
    }

    private Type anyScalar() {
        return pick(Type.STRING, Type.INTEGER, Type.NUMBER, Type.BOOLEAN);
    }

    static Object scalar(Random random, Type type) {
        return switch (type) {
            case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
            case INTEGER -> (long) random.nextInt(6) - 2;
            case NUMBER -> (random.nextInt(12) - 4) / 2.0;
            case BOOLEAN -> random.nextBoolean();
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
