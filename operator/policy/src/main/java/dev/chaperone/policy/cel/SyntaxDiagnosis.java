package dev.chaperone.policy.cel;

import dev.cel.common.CelIssue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in words of the expression what the parser could not read. */
record SyntaxDiagnosis(ExpressionText text) {
    private static final Pattern LEXICAL = Pattern.compile("token recognition error at: '(.*)'", Pattern.DOTALL);
    private static final Pattern UNEXPECTED = Pattern.compile("(?:mismatched|extraneous) input '(.*)' expecting .*",
            Pattern.DOTALL);
    private static final Pattern UNREADABLE = Pattern.compile("no viable alternative at input '(.*)'", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("missing '(.+)' at '.*'", Pattern.DOTALL);
    private static final Pattern RESERVED = Pattern.compile("reserved identifier: (.*)");
    private static final Pattern RESERVED_FIELD = Pattern
            .compile("no viable alternative at input '\\??\\.\\s*([a-z]+)'", Pattern.DOTALL);
    // Macros put it in several ways; each names itself or is named by the word before the place.
    private static final Pattern MACRO = Pattern.compile(
            "(?:invalid argument to (\\w+)\\(\\) macro|.*(?:must be a simple (?:identifier|name)|not an? .*identifier).*)");
    private static final Map<String, String> WORDS = Map.of("and", "&&", "or", "||", "not", "!");

    /**
     * A character that belongs to no token is reported wherever there is one. Of all else only the first: what the
     * parser says after it has lost its way is mostly about itself.
     */
    List<ExpressionProblem> problems(List<CelIssue> issues) {
        List<ExpressionProblem> lexical = new ArrayList<>();
        for (CelIssue issue : issues) {
            Matcher matcher = LEXICAL.matcher(issue.getMessage());
            if (!matcher.matches()) {
                continue;
            }
            lexical.add(problem(issue));
            if (matcher.group(1).startsWith("'") || matcher.group(1).startsWith("\"")) {
                // From here on the parser takes strings for code and code for strings.
                break;
            }
        }
        return lexical.isEmpty() ? List.of(problem(issues.getFirst())) : lexical;
    }

    private ExpressionProblem problem(CelIssue issue) {
        String message = issue.getMessage();
        int at = text.offset(issue);
        Matcher lexical = LEXICAL.matcher(message);
        if (lexical.matches()) {
            return lexical(at, lexical.group(1));
        }
        Matcher unexpected = UNEXPECTED.matcher(message);
        if (unexpected.matches()) {
            return unexpected(at, unexpected.group(1), message);
        }
        Matcher missing = MISSING.matcher(message);
        if (missing.matches()) {
            return text.problem(at, "a '" + missing.group(1) + "' is missing", null);
        }
        Matcher field = RESERVED_FIELD.matcher(message);
        if (field.matches()) {
            String word = field.group(1);
            return text.problem(
                    text.skip(at, ".?"), "'" + word + "' is a reserved word", "write it in backticks: .`" + word + "`");
        }
        Matcher unreadable = UNREADABLE.matcher(message);
        if (unreadable.matches()) {
            return text.problem(at, "unexpected '" + unreadable.group(1) + "'", null);
        }
        Matcher reserved = RESERVED.matcher(message);
        if (reserved.matches()) {
            String word = reserved.group(1);
            return text.problem(
                    at, "'" + word + "' is a reserved word",
                    word.equals("if") ? "write 'condition ? value : other'" : null);
        }
        Matcher macro = MACRO.matcher(message);
        if (macro.matches()) {
            return macro(at, macro.group(1), message);
        }
        if (message.contains("exceeds limit") || message.contains("recursion")) {
            return text.problem(
                    0, "the expression is too big or nested too deeply", "move parts of it into variables");
        }
        return text.problem(at, "cannot be read: " + message.replace("<EOF>", "end"), null);
    }

    private ExpressionProblem macro(int at, @Nullable String named, String message) {
        if (named == null) {
            return text.problem(at, "the first argument must be a simple name",
                    "write for example list.exists(x, x == 'a')");
        }
        int call = text.wordBefore(at);
        String usage = CelFunctionDeclarations.usage(named);
        return text.problem(
                text.word(call).equals(named) ? call : at, "'" + named + "' is not called like this",
                usage == null ? message : "write " + usage);
    }

    private ExpressionProblem lexical(int at, String token) {
        char c = token.isEmpty() ? ' ' : token.charAt(0);
        return switch (c) {
            case '=' -> token.startsWith("=~")
                    ? text.problem(at, "'=~' is no operator", "write .matches('...')")
                    : equals(at);
            case '&' -> text.problem(at, "'&' is no operator", "write '&&'");
            case '|' -> text.problem(at, "'|' is no operator", "write '||'");
            case '\'', '"' -> string(at, c, token);
            case '“', '”', '‘', '’', '„' -> text.problem(
                    at, "'" + c + "' is no quote", "write ' or \" instead of a typographic quote");
            default -> text.problem(at, "unexpected '" + token.strip() + "'", null);
        };
    }

    private ExpressionProblem equals(int at) {
        if (at > 0 && text.text().charAt(at - 1) == '=') {
            return text.problem(at, "'===' is no operator", "write '=='");
        }
        return text.problem(at, "'=' is no operator", "write '==' to compare");
    }

    private ExpressionProblem string(int at, char quote, String token) {
        // The parser shows line ends as escapes, the text does not. What it could not read is the last that it shows.
        int escape = at + token.length() - 2;
        if (token.length() > 2 && text.text().startsWith("\\", escape)) {
            return text.problem(
                    escape, "unknown escape '" + text.text().substring(escape, escape + 2) + "' in a string",
                    "write the backslash twice, or r" + quote + "..." + quote + " for a regular expression");
        }
        return text.problem(at, "the string is not closed", "add the missing " + quote + " on the same line");
    }

    private ExpressionProblem unexpected(int at, String token, String message) {
        String operator = WORDS.get(token.toLowerCase(Locale.ROOT));
        if (operator != null) {
            return text.problem(at, "'" + token + "' is no operator", "write '" + operator + "'");
        }
        int before = text.wordBefore(at);
        if (before < at && text.word(before).toLowerCase(Locale.ROOT).equals("not")) {
            return text.problem(before, "'" + text.word(before) + "' is no operator", "write '!'");
        }
        if (token.equals("<EOF>")) {
            return end(message);
        }
        if (token.equals(")") || token.equals("]") || token.equals("}")) {
            return text.problem(at, "'" + token + "' closes nothing", "remove it, or open it before");
        }
        return text.problem(at, "unexpected '" + token + "'", call(token));
    }

    private ExpressionProblem end(String message) {
        if (text.text().isBlank()) {
            return text.problem(0, "the expression is empty", "write a condition, or leave the field out");
        }
        int end = text.text().stripTrailing().length();
        return message.contains("':'")
                ? text.problem(end, "a ':' is missing", "write 'condition ? value : other'")
                : text.problem(end, "the expression ends too early", null);
    }

    private static @Nullable String call(String token) {
        return CelFunctionDeclarations.names().contains(token)
                ? "write it as a call: value." + token + "(...)"
                : token.startsWith("`") ? "backticks are for fields after a dot" : null;
    }
}
