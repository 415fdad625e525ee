package dev.chaperone.policy.cel;

import java.util.ArrayList;
import java.util.List;

/** The names of types and operators as people write them. */
final class TypeNames {
    private TypeNames() {}

    static String display(String type) {
        return type.replace("google.protobuf.Timestamp", "timestamp")
                .replace("google.protobuf.Duration", "duration")
                .replace("optional_type", "optional")
                .replace("null_type", "null")
                .replaceAll(TypeTable.STRUCT_PREFIX + "[0-9]+", "object")
                .replaceAll("%[A-Za-z]+[0-9]+", "any");
    }

    /** {@code an int}, {@code a string}. */
    static String withArticle(String type) {
        return ("aiou".indexOf(type.charAt(0)) >= 0 && !type.startsWith("uint") ? "an " : "a ") + type;
    }

    /** An operator as it is written, for example {@code >} for {@code _>_}; a function's name as it is. */
    static String operator(String function) {
        return switch (function) {
            case "@in" -> "in";
            case "_[_]", "_[?_]" -> "[]";
            case "_?_:_" -> "?:";
            case "-_" -> "-";
            case "!_" -> "!";
            case "@not_strictly_false" -> "condition";
            default -> function.startsWith("_") && function.endsWith("_") && function.length() > 2
                    ? function.substring(1, function.length() - 1)
                    : function;
        };
    }

    /** Parts of {@code a, map(b, c)} that commas outside parentheses separate. */
    static List<String> split(String types) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < types.length(); i++) {
            char c = types.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(types.substring(start, i).strip());
                start = i + 1;
            }
        }
        String last = types.substring(start).strip();
        if (!last.isEmpty()) {
            parts.add(last);
        }
        return parts;
    }
}
