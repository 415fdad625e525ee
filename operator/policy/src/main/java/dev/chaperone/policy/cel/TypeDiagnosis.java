package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.ast.CelExpr;
import dev.chaperone.policy.schema.ValueType;
import dev.chaperone.policy.schema.ValueType.OptionalOf;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words of the expression what the type checker refused. */
record TypeDiagnosis(ExpressionText text, CelAbstractSyntaxTree ast, ExpressionScope scope) {
    // What other languages call them.
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("toLowerCase", "lowerAscii"), Map.entry("lower", "lowerAscii"),
            Map.entry("toUpperCase", "upperAscii"), Map.entry("upper", "upperAscii"), Map.entry("length", "size"),
            Map.entry("len", "size"), Map.entry("includes", "contains"), Map.entry("has_prefix", "startsWith"),
            Map.entry("startswith", "startsWith"), Map.entry("endswith", "endsWith"), Map.entry("test", "matches"),
            Map.entry("strip", "trim"));
    private static final Set<String> LATER = Set.of("signals", "result", "response");
    private static final Pattern FIELD = Pattern.compile("undefined field '(.*)'");
    private static final Pattern NAME = Pattern.compile("undeclared reference to '(.*)' \\(in container '.*'\\)");
    private static final Pattern OVERLOAD = Pattern.compile(
            "found no matching overload for '(.*?)' applied to '(.*?)'(?: \\(candidates: .*\\))?");
    private static final Pattern SELECTION = Pattern.compile("type '(.*)' does not support field selection");
    private static final Pattern RANGE = Pattern.compile("expression of type '(.*?)' cannot be range .*");
    private static final Pattern EXPECTED = Pattern.compile("expected type '(.*)' but found '(.*)'");

    List<ExpressionProblem> problems(List<CelIssue> issues) {
        // Parts of a macro that was not understood as one are names of nothing.
        List<ExpressionProblem> macros = issues.stream().flatMap(issue -> misusedMacro(issue).stream()).toList();
        return macros.isEmpty()
                ? issues.stream().flatMap(issue -> problem(issue).stream()).distinct().toList()
                : macros;
    }

    private Optional<ExpressionProblem> misusedMacro(CelIssue issue) {
        Matcher name = NAME.matcher(issue.getMessage());
        String usage = name.matches() && isCall(issue) ? CelFunctionDeclarations.usage(name.group(1)) : null;
        return Optional.ofNullable(usage).map(written -> text.problem(
                nameOfCall(issue, name.group(1)), "'" + name.group(1) + "' is not called like this",
                "write " + written));
    }

    private Optional<ExpressionProblem> problem(CelIssue issue) {
        String message = issue.getMessage();
        int at = text.offset(issue);
        if (message.startsWith("Message type resolution failure")) {
            return Optional.empty();
        }
        Matcher field = FIELD.matcher(message);
        if (field.matches()) {
            return Optional.of(field(issue, field.group(1)));
        }
        Matcher name = NAME.matcher(message);
        if (name.matches() && isKind(issue, CelExpr.ExprKind.Kind.STRUCT)) {
            return Optional.of(text.problem(
                    at, "objects of type " + name.group(1) + " cannot be made here",
                    "use functions such as timestamp('...') and duration('...')"));
        }
        if (name.matches()) {
            return Optional.of(isCall(issue) ? function(issue, name.group(1)) : name(at, name.group(1)));
        }
        Matcher overload = OVERLOAD.matcher(message);
        if (overload.matches()) {
            Optional<CelExpr> call = node(issue);
            String function = overload.group(1);
            return Optional.of(new OverloadProblem(text, function, overload.group(2), call)
                    .at(Character.isLetter(function.charAt(0)) ? nameOfCall(issue, function) : at));
        }
        Matcher selection = SELECTION.matcher(message);
        if (selection.matches()) {
            return Optional.of(text.problem(
                    text.skip(at, ".?`"),
                    TypeNames.withArticle(TypeNames.display(selection.group(1))) + " has no fields", null));
        }
        Matcher range = RANGE.matcher(message);
        if (range.matches()) {
            return Optional.of(text.problem(
                    text.skip(at, "."),
                    TypeNames.withArticle(TypeNames.display(range.group(1)))
                            + " cannot be looped over, only a list or map can",
                    null));
        }
        Matcher expected = EXPECTED.matcher(message);
        if (expected.matches()) {
            return Optional.of(text.problem(
                    at, "this is of type " + TypeNames.display(expected.group(2)) + ", not "
                            + TypeNames.display(expected.group(1)),
                    null));
        }
        return Optional.of(text.problem(at, TypeNames.display(message), null));
    }

    private ExpressionProblem field(CelIssue issue, String field) {
        // CEL points at the dot, or at has(); people look for the name.
        int from = text.offset(issue);
        int named = text.text().indexOf(field, from);
        String mend = node(issue)
                .flatMap(TypeDiagnosis::selectedFrom)
                .flatMap(operand -> typeOf(operand))
                .map(TypeDiagnosis::fields)
                .map(fields -> NearestName.mend(field, fields, "fields"))
                .orElse(null);
        return text.problem(named < 0 ? from : named, "undefined field '" + field + "'", mend);
    }

    private ExpressionProblem name(int at, String name) {
        String mend;
        Set<String> arguments = fields(scope.arguments());
        if (LATER.contains(name)) {
            mend = "this release has no " + name + " yet";
        } else if (scope.variables().containsKey(name)) {
            mend = "write variables." + name;
        } else if (arguments.contains(name)) {
            mend = "write args." + name;
        } else {
            mend = NearestName.mend(name, scope.names().keySet(), "names");
        }
        return text.problem(at, "unknown name '" + name + "'", mend);
    }

    private ExpressionProblem function(CelIssue issue, String name) {
        String mend = Optional.ofNullable(ELSEWHERE.get(name))
                .or(() -> NearestName.of(name, CelFunctionDeclarations.names()))
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse(null);
        return text.problem(nameOfCall(issue, name), "unknown function '" + name + "'", mend);
    }

    private int nameOfCall(CelIssue issue, String function) {
        int parenthesis = text.offset(issue);
        int start = text.wordBefore(parenthesis);
        String last = function.substring(function.lastIndexOf('.') + 1);
        return text.word(start).equals(last) ? start : parenthesis;
    }

    private boolean isCall(CelIssue issue) {
        return isKind(issue, CelExpr.ExprKind.Kind.CALL);
    }

    private boolean isKind(CelIssue issue, CelExpr.ExprKind.Kind kind) {
        return node(issue).filter(node -> node.getKind() == kind).isPresent();
    }

    private Optional<CelExpr> node(CelIssue issue) {
        return AstWalk.find(ast.getExpr(), issue.getExprId());
    }

    private static Optional<CelExpr> selectedFrom(CelExpr expr) {
        return switch (expr.getKind()) {
            case SELECT -> Optional.of(expr.select().operand());
            case CALL -> expr.call().args().stream().findFirst();
            default -> Optional.empty();
        };
    }

    /** The type of a path from a name through fields; unknown for anything else. */
    private Optional<ValueType> typeOf(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> Optional.ofNullable(scope.names().get(expr.ident().name()));
            case SELECT -> typeOf(expr.select().operand()).flatMap(type -> field(type, expr.select().field()));
            case CALL -> expr.call().function().equals("_?._")
                    ? typeOf(expr.call().args().getFirst())
                            .flatMap(type -> field(type, expr.call().args().get(1).constant().stringValue()))
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<ValueType> field(ValueType type, String field) {
        return unwrapped(type) instanceof Struct(var fields)
                ? Optional.ofNullable(fields.get(field))
                : Optional.empty();
    }

    private static Set<String> fields(ValueType type) {
        return unwrapped(type) instanceof Struct(var fields) ? fields.keySet() : Set.of();
    }

    private static ValueType unwrapped(ValueType type) {
        return type instanceof OptionalOf(var value) ? value : type;
    }
}
