package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.policy.cel.CompiledExpression.Accepted;
import dev.chaperone.policy.cel.CompiledExpression.Rejected;
import dev.chaperone.policy.cel.ExpressionCompiler.Wanted;
import dev.chaperone.policy.schema.ValueType.ListOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionDiagnosisTest {
    private static final ExpressionScope SCOPE = new ExpressionScope(
            new Struct(new TreeMap<>(Map.of(
                    "path", Scalar.STRING, "amount", Scalar.DOUBLE, "count", Scalar.INT, "flag", Scalar.BOOL, "tags",
                    new ListOf(Scalar.STRING), "others", new ListOf(Scalar.STRING), "any", Scalar.DYN, "place",
                    new Struct(new TreeMap<>(Map.of("city", Scalar.STRING)))))),
            new TreeMap<>(Map.of("clean", Scalar.STRING)));

    private final ExpressionCompiler compiler = new ExpressionCompiler(100);

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '~', textBlock = """
            args.amout > 1             ¦ 6  ¦ undefined field 'amout' ¦ did you mean 'amount'?
            args.zzz > 1               ¦ 6  ¦ undefined field 'zzz' ¦ known fields: amount, any, count, flag, others, path, place, tags
            has(args.place.cty)        ¦ 16 ¦ undefined field 'cty' ¦ did you mean 'city'?
            args.?amout.orValue(1.0) > 2.0 ¦ 7 ¦ undefined field 'amout' ¦ did you mean 'amount'?
            variables.clea == ''       ¦ 11 ¦ undefined field 'clea' ¦ did you mean 'clean'?
            amount > 1.0               ¦ 1  ¦ unknown name 'amount' ¦ write args.amount
            clean == ''                ¦ 1  ¦ unknown name 'clean' ¦ write variables.clean
            argz.path == ''            ¦ 1  ¦ unknown name 'argz' ¦ did you mean 'args'?
            args.path.startWith('x')   ¦ 11 ¦ unknown function 'startWith' ¦ did you mean 'startsWith'?
            args.tags.exists(t)        ¦ 11 ¦ 'exists' is not called like this ¦ write list.exists(x, condition)
            args.tags.exists(1, true)  ¦ 18 ¦ the first argument must be a simple name ¦ write for example list.exists(x, x == 'a')
            has(args['path'])          ¦ 1  ¦ 'has' is not called like this ¦ write has(args.field)
            args.flag == !-null        ¦ 16 ¦ unexpected '-null' ¦
            args.amount > "10"         ¦ 13 ¦ '>' does not compare double with string ¦ write 10 instead of "10"
            args.path == 10            ¦ 11 ¦ '==' does not compare string with int ¦ write "10" instead of 10
            args.amount == 10          ¦ 13 ¦ '==' does not compare double with int ¦ write 10.0
            args.count == 10.0         ¦ 12 ¦ '==' does not compare int with double ¦ write 10 instead of 10.0
            args.count + args.amount > 1.0 ¦ 12 ¦ '+' does not take int and double ¦ write double(...) around the int
            args.flag == 'true'        ¦ 11 ¦ '==' does not compare bool with string ¦ write true instead of 'true'
            args.path == null          ¦ 11 ¦ '==' does not compare string with null ¦ a string is never null: write has(args.path) to ask whether it is there
            args.?path == 'a'          ¦ 12 ¦ '==' does not compare optional(string) with string ¦ take the value out first, with .orValue(...)
            args['path'] == 'a'        ¦ 5  ¦ an object has no [string] ¦ write args.path
            'city' in args.place       ¦ 8  ¦ 'in' looks into lists and maps, not into an object ¦ write has(args.place.city)
            'a' in args.path           ¦ 5  ¦ 'in' looks into lists and maps, not into a string ¦ write .contains(...) to look into a string
            1 in args.tags             ¦ 3  ¦ 'in' does not find an int in a list(string) ¦
            args.flag && args.path     ¦ 11 ¦ '&&' does not take bool and string ¦ compare each side with something
            args.path                  ¦ 1  ¦ the condition is of type string, not bool ¦ compare it with something
            args.path.x == 1           ¦ 11 ¦ a string has no fields ¦
            args.count.all(x, true)    ¦ 6  ¦ an int cannot be looped over, only a list or map can ¦
            if                         ¦ 1  ¦ 'if' is a reserved word ¦ write 'condition ? value : other'
            args.path = 'x'            ¦ 11 ¦ '=' is no operator ¦ write '==' to compare
            args.path === 'x'          ¦ 13 ¦ '===' is no operator ¦ write '=='
            args.flag AND args.flag    ¦ 11 ¦ 'AND' is no operator ¦ write '&&'
            args.flag or args.flag     ¦ 11 ¦ 'or' is no operator ¦ write '||'
            not args.flag              ¦ 1  ¦ 'not' is no operator ¦ write '!'
            args.flag & args.flag      ¦ 11 ¦ '&' is no operator ¦ write '&&'
            args.path == 'x            ¦ 14 ¦ the string is not closed ¦ add the missing ' on the same line
            args.path.matches('\\d')    ¦ 20 ¦ unknown escape '\\d' in a string ¦ write the backslash twice, or r'...' for a regular expression
            args.path == ‘x            ¦ 14 ¦ '‘' is no quote ¦ write ' or " instead of a typographic quote
            (args.flag                 ¦ 11 ¦ a ')' is missing ¦
            args.flag)                 ¦ 10 ¦ ')' closes nothing ¦ remove it, or open it before
            args.flag &&               ¦ 13 ¦ the expression ends too early ¦
            args.flag ? true           ¦ 17 ¦ a ':' is missing ¦ write 'condition ? value : other'
            args.in == 'x'             ¦ 6  ¦ 'in' is a reserved word ¦ write it in backticks: .`in`
            args.path matches 'x'      ¦ 11 ¦ unexpected 'matches' ¦ write it as a call: value.matches(...)
            google.protobuf.Duration{seconds: 1} == duration('1s') ¦ 25 ¦ objects of type google.protobuf.Duration cannot be made here ¦ use functions such as timestamp('...') and duration('...')
            args.path.matches('(?=a)') ¦ 19 ¦ not a regular expression: invalid or unsupported Perl syntax: (?= ¦ lookarounds are not linear-time: combine two matches() with && or !
            args.path.matches('(?<!a)b') ¦ 19 ¦ not a regular expression: invalid named capture: (?<!a)b ¦ lookarounds are not linear-time: combine two matches() with && or !
            args.path.matches(r'(a)\\1') ¦ 19 ¦ not a regular expression: invalid escape sequence: \\1 ¦ backreferences are not linear-time: compare parts taken with split() instead
            args.path.matches('(') ¦ 19 ¦ not a regular expression: missing closing ): ( ¦ write RE2 syntax; a backslash is written twice in a quoted string, or once in r'...'
            args.path.isWithn('/x')    ¦ 11 ¦ unknown function 'isWithn' ¦ did you mean 'isWithin'?
            hsa(args.path)             ¦ 1  ¦ unknown function 'hsa' ¦ did you mean 'has'?
            args.path.matches('(a){999}') ¦ 19 ¦ the regular expression is too big: 2999 instructions of at most 1000 ¦ repeat fewer times, or test size() besides
            args.path.matches('(((a{50}){50}){50}){50}') ¦ 19 ¦ the regular expression is too big to be compiled ¦ repeat fewer times, or test size() besides
            args.path.find('(a){999}') == '' ¦ 16 ¦ the regular expression is too big: 2999 instructions of at most 1000 ¦ repeat fewer times, or test size() besides
            args.path.findAll('(?=a)', 2) == [] ¦ 19 ¦ not a regular expression: invalid or unsupported Perl syntax: (?= ¦ lookarounds are not linear-time: combine two matches() with && or !
            args.tags.sum() == ''      ¦ 11 ¦ 'sum' is not for a list(string) ¦
            args.tags.indexOf(1) == 0  ¦ 11 ¦ 'indexOf' of a list(string) does not take int ¦
            args.count.max() == 1      ¦ 12 ¦ 'max' is not for an int ¦
            request.time > timestamp('yesterday') ¦ 26 ¦ 'yesterday' is not a timestamp ¦ write RFC 3339: '2026-01-31T08:00:00Z'
            duration('1 hour') > duration('1s') ¦ 10 ¦ '1 hour' is not a duration ¦ write hours, minutes and seconds: '1h30m'
            """)
    void saysWhatIsWrongWhereAndHowToMendIt(String expression, int column, String message, String mend) {
        // When
        List<ExpressionProblem> problems = problems(expression);

        // Then
        assertThat(problems.getFirst().message()).isEqualTo(message);
        assertThat(problems.getFirst().column()).isEqualTo(column);
        assertThat(problems.getFirst().mend()).isEqualTo(mend);
        assertThat(problems).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "args.amout > 1", "args.path > 1", "args.tags[0] > 1", "'a' in args.path", "-args.path == ''",
            "args.place == 1", "!args.count", "args.?path.orValue(1)", "args.flag ? 1 : 'a'", "args.tags.map(t, -t)"})
    void namesNothingInternal(String expression) {
        assertThat(problems(expression)).allSatisfy(problem -> assertThat(problem.message())
                .doesNotContain("_", "@", "#", "%", "candidates", "container", "overload", "optional_type"));
    }

    @Test
    void reportsEveryTypeErrorOfAnExpression() {
        assertThat(problems("args.amout > 1 && args.path == 1\n  && foo()"))
                .extracting(ExpressionProblem::line, ExpressionProblem::column)
                .containsExactly(
                        tuple(1, 6), tuple(1, 29),
                        tuple(2, 6));
    }

    @Test
    void countsColumnsInUtf16() {
        // Given
        String expression = "args.path == '\uD83D\uDE00' && args.amout > 1";

        // When
        ExpressionProblem problem = problems(expression).getFirst();

        // Then
        assertThat(expression.substring(problem.column() - 1)).startsWith("amout");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "args.tags.all(a, args.others.all(b, a == b))",
            "args.any.all(a, args.any.all(b, a == b))",
            "[1, 2, 3].map(x, args.path).exists(y, y.contains(args.any))",
            "[1, 2, 3].map(x, [args.path]).exists(y, y.exists(z, z.contains(args.any)))",
            "args.tags.exists(a, args.path.matches('^(a|b|c|d)+[0-9]{3,60}x$'))"})
    void refusesWhatCouldTakeTooLong(String expression) {
        assertThat(problems(expression).getFirst().message()).contains("steps for big arguments");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "args.tags.exists(t, t.matches('^(foo|bar).*baz$'))",
            "args.tags.all(t, t in args.others)",
            "args.any.exists(row, row.exists(cell, cell == 'x'))",
            "args.tags.exists(t, ['a', 'b', 'c'].exists(s, t.startsWith(s)))",
            "args.path.split('/').exists(p, p.matches('^[.]+$'))",
            "args.path.contains(args.any)",
            "args.path.matches(args.any)",
            "args.path.matches('a{998}')",
            "[1].all(a, [1].all(b, args.?path.optMap(p, p != '').orValue(a == b)))",
            "request.time > timestamp('2026-01-31T08:00:00Z')",
            "request.time - session.startedAt < duration('1h30m')",
            "args.?path.optMap(p, [1].all(a, [1].all(b, a == b && p != ''))).orValue(true)"})
    void acceptsWhatRulesNeed(String expression) {
        assertThat(compiler.compile(expression, Wanted.BOOL, SCOPE)).isInstanceOf(Accepted.class);
    }

    @Test
    void refusesLoopsInLoopsInLoops() {
        assertThat(problems("[1].all(a, [1].all(b, [1].all(c, a == b)))").getFirst().message())
                .isEqualTo("loops are nested more than 2 deep");
        assertThat(problems("[[1].all(a, [1].all(b, [1].all(c, a == b)))].all(x, x)").getFirst().message())
                .isEqualTo("loops are nested more than 2 deep");
    }

    @Test
    void refusesWhatTheParserCannotHold() {
        assertThat(problems("(".repeat(150) + "true" + ")".repeat(150)).getFirst().message())
                .isEqualTo("the expression is too big or nested too deeply");
    }

    @Test
    void refusesTextThatIsTooLong() {
        assertThat(compiler.compile("'" + "a".repeat(4_088) + "' == ''", Wanted.BOOL, SCOPE))
                .isInstanceOf(Accepted.class);
        assertThat(problems("'" + "a".repeat(5_000) + "' == ''").getFirst().message())
                .isEqualTo("the expression has 5008 characters of at most 4096");
    }

    @ParameterizedTest
    @CsvSource({"false, true", "'false && args.flag', true", "'args.flag && !true', true",
            "'false || args.flag', false", "'false || false', true", "'!(true || args.flag)', true",
            "'!(args.flag || args.flag)', false", "'!(true && true)', true", "'!(true && args.flag)', false",
            "'true && args.flag', false", "'!(false && args.flag)', false",
            "true, false"})
    void knowsWhatIsFalseWhateverTheCall(String expression, boolean alwaysFalse) {
        assertThat(((Accepted) compiler.compile(expression, Wanted.BOOL, SCOPE)).alwaysFalse())
                .isEqualTo(alwaysFalse);
    }

    @Test
    void remembersWhatItCompiledUntilThereIsTooMuch() {
        // Given
        ExpressionCompiler small = new ExpressionCompiler(2);

        // When
        small.compile("args.flag", Wanted.BOOL, SCOPE);
        small.compile("args.flag", Wanted.BOOL, SCOPE);
        small.compile("args.flag", Wanted.ANYTHING, SCOPE);
        small.compile("!args.flag", Wanted.BOOL, SCOPE);
        small.compile("args.flag", Wanted.BOOL, SCOPE);

        // Then
        assertThat(small.compilations()).isEqualTo(4);
    }

    @Test
    void remembersAsManyAsItWasTold() {
        // Given
        ExpressionCompiler small = new ExpressionCompiler(2);

        // When
        for (String expression : new String[]{"args.flag", "!args.flag", "args.flag", "!args.flag"}) {
            small.compile(expression, Wanted.BOOL, SCOPE);
        }

        // Then
        assertThat(small.compilations()).isEqualTo(2);
    }

    private List<ExpressionProblem> problems(String expression) {
        CompiledExpression compiled = compiler.compile(expression, Wanted.BOOL, SCOPE);
        assertThat(compiled).isInstanceOf(Rejected.class);
        return ((Rejected) compiled).problems();
    }
}
