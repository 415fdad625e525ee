package dev.chaperone.policy.cel;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An operator or function whose operands are of types that it does not take.
 *
 * @param applied the types as the checker prints them, {@code (int, string)} or {@code string.(int)}
 * @param call the call, when it was found
 */
record OverloadProblem(ExpressionText text, String function, String applied, Optional<CelExpr> call) {
    private static final Set<String> NUMBERS = Set.of("int", "uint", "double");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

    private record Operand(String type, @Nullable CelConstant literal, @Nullable String path) {
        boolean isNumber() {
            return NUMBERS.contains(type);
        }

        boolean isLiteral() {
            return literal != null;
        }
    }

    ExpressionProblem at(int offset) {
        List<Operand> operands = operands();
        return text.problem(offset, message(operands), mend(operands));
    }

    private String message(List<Operand> operands) {
        String operator = "'" + TypeNames.operator(function) + "'";
        List<String> types = operands.stream().map(Operand::type).toList();
        if (operands.size() == 2 && applied.startsWith("(")) {
            String left = types.getFirst();
            String right = types.getLast();
            return switch (function) {
                case "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_" -> operator + " does not compare " + left + " with "
                        + right;
                case "@in" -> right.startsWith("list") || right.startsWith("map")
                        ? operator + " does not find " + a(left) + " in " + a(right)
                        : operator + " looks into lists and maps, not into " + a(right);
                case "_[_]", "_[?_]" -> a(left) + " has no [" + right + "]";
                default -> operator + " does not take " + left + " and " + right;
            };
        }
        if (!applied.startsWith("(") && !types.isEmpty()) {
            List<String> arguments = types.subList(1, types.size());
            return arguments.isEmpty()
                    ? operator + " is not for " + a(types.getFirst())
                    : operator + " of " + a(types.getFirst()) + " does not take " + String.join(", ", arguments);
        }
        return operator + " does not take " + (types.isEmpty() ? "no argument" : String.join(", ", types));
    }

    private @Nullable String mend(List<Operand> operands) {
        if (operands.stream().anyMatch(operand -> operand.type.startsWith("optional(")) && !applied.contains(").(")) {
            return "take the value out first, with .orValue(...)";
        }
        if (operands.size() != 2) {
            return null;
        }
        Operand left = operands.getFirst();
        Operand right = operands.getLast();
        return switch (function) {
            case "@in" -> right.type.equals("string") ? "write .contains(...) to look into a string" : in(left, right);
            case "_[_]", "_[?_]" -> index(left, right);
            case "_&&_", "_||_" -> "compare each side with something";
            default -> {
                String mend = literal(left, right);
                yield mend != null ? mend : literal(right, left);
            }
        };
    }

    /** How to write {@code literal} so that it fits {@code other}. */
    private @Nullable String literal(Operand literal, Operand other) {
        if (literal.type.equals("null")) {
            return other.path == null
                    ? a(other.type) + " is never null"
                    : a(other.type) + " is never null: write has(" + other.path + ") to ask whether it is there";
        }
        if (literal.literal == null) {
            return conversion(literal, other);
        }
        CelConstant value = literal.literal;
        return switch (value.getKind()) {
            case STRING_VALUE -> {
                String content = value.stringValue();
                boolean fits = (other.isNumber() && NUMBER.matcher(content).matches())
                        || (other.type.equals("bool") && (content.equals("true") || content.equals("false")));
                yield fits ? "write " + content + " instead of " + quoted(content) : null;
            }
            case INT64_VALUE -> other.type.equals("double")
                    ? "write " + value.int64Value() + ".0"
                    : other.type.equals("string")
                            ? "write \"" + value.int64Value() + "\" instead of " + value.int64Value()
                            : null;
            case DOUBLE_VALUE -> other.type.equals("int") && value.doubleValue() == Math.rint(value.doubleValue())
                    ? "write " + (long) value.doubleValue() + " instead of " + value.doubleValue()
                    : other.type.equals("int") ? "write double(...) around the int" : null;
            case BOOLEAN_VALUE -> other.type.equals("string")
                    ? "write \"" + value.booleanValue() + "\" instead of " + value.booleanValue()
                    : null;
            default -> null;
        };
    }

    private static @Nullable String conversion(Operand one, Operand other) {
        return one.isNumber() && other.isNumber() && !other.isLiteral() ? "write double(...) around the int" : null;
    }

    private static @Nullable String in(Operand left, Operand right) {
        return right.type.equals("object") && right.path != null && left.literal != null
                && left.literal.getKind() == CelConstant.Kind.STRING_VALUE
                        ? "write has(" + right.path + "." + left.literal.stringValue() + ")"
                        : null;
    }

    private static @Nullable String index(Operand left, Operand right) {
        if (!left.type.equals("object") || left.path == null || right.literal == null
                || right.literal.getKind() != CelConstant.Kind.STRING_VALUE) {
            return null;
        }
        String field = right.literal.stringValue();
        boolean plain = field.matches("[A-Za-z_][A-Za-z0-9_]*");
        return "write " + left.path + "." + (plain ? field : "`" + field + "`");
    }

    private static String a(String type) {
        return TypeNames.withArticle(type);
    }

    private List<Operand> operands() {
        int open = applied.startsWith("(") ? -1 : applied.lastIndexOf(".(");
        List<String> types = new ArrayList<>();
        if (open >= 0) {
            types.add(applied.substring(0, open));
        }
        types.addAll(TypeNames.split(applied.substring(open < 0 ? 1 : open + 2, applied.length() - 1)));
        List<CelExpr> nodes = call.map(AstWalk::operands).orElse(List.of());
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            CelExpr node = nodes.size() == types.size() ? nodes.get(i) : null;
            operands.add(new Operand(TypeNames.display(types.get(i)), constant(node), path(node)));
        }
        return operands;
    }

    private String quoted(String content) {
        return text.text().contains("'" + content + "'") ? "'" + content + "'" : "\"" + content + "\"";
    }

    private static @Nullable CelConstant constant(@Nullable CelExpr node) {
        return node != null && node.getKind() == CelExpr.ExprKind.Kind.CONSTANT ? node.constant() : null;
    }

    private static @Nullable String path(@Nullable CelExpr node) {
        if (node == null) {
            return null;
        }
        return switch (node.getKind()) {
            case IDENT -> node.ident().name();
            case SELECT -> {
                String operand = path(node.select().operand());
                yield operand == null ? null : operand + "." + node.select().field();
            }
            default -> null;
        };
    }
}
