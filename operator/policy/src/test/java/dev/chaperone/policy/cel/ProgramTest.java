package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.CelOptions;
import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.expr.CheckedExpr;
import dev.cel.extensions.CelExtensions;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.chaperone.config.Digests;
import dev.chaperone.policy.cel.CompiledExpression.Accepted;
import dev.chaperone.policy.cel.CompiledExpression.Rejected;
import dev.chaperone.policy.cel.ExpressionCompiler.Wanted;
import dev.chaperone.policy.schema.ValueType.ListOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
    private static final ExpressionScope TYPED = new ExpressionScope(
            new Struct(new TreeMap<>(Map.of(
                    "path", Scalar.STRING, "amount", Scalar.DOUBLE, "count", Scalar.INT, "tags",
                    new ListOf(Scalar.STRING), "user-id", Scalar.STRING, "place",
                    new Struct(new TreeMap<>(Map.of("city", Scalar.STRING)))))),
            new TreeMap<>(Map.of("clean", Scalar.STRING)));
    private static final ExpressionScope UNTYPED = new ExpressionScope(Scalar.DYN,
            new TreeMap<>(Map.of("clean", Scalar.DYN)));

    private static final Map<String, Object> CALL = Map.of(
            "args", Map.of(
                    "path", "/work/a.txt", "amount", 12.5, "count", 3L, "tags", List.of("x", "y"), "user-id", "u1",
                    "place", Map.of("city", "Bonn")),
            "variables", Map.of("clean", "/work/a.txt"),
            "tool", Map.of("server", "files", "name", "read", "stakes", "Low"),
            "agent", Map.of("namespace", "dev", "name", "coder", "labels", Map.of("team", "a")),
            "session", Map.of("id", "s1", "startedAt", Instant.parse("2026-01-01T00:00:00Z")),
            "request", Map.of("time", Instant.parse("2026-01-01T02:00:00Z")));

    private final ExpressionCompiler compiler = new ExpressionCompiler(100);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            args.path.startsWith('/work') && args.amount > 10     | true
            args.amount > 12 && args.count < 3.5                  | true
            args.tags.exists(t, t == 'y')                         | true
            args.tags.all(t, t.matches('^[a-w]$'))                | false
            args.tags.map(t, t + '!').filter(t, t == 'x!').size() == 1 | true
            args.?path.orValue('') == '/work/a.txt'               | true
            args.?place.?city.optMap(c, c.size()).orValue(0) == 4 | true
            args.tags[?7].orValue('none') == 'none'               | true
            args.`user-id` == 'u1' && args.place.city == 'Bonn'   | true
            variables.clean.contains('a.txt')                     | true
            has(args.place.city) && !has(agent.labels.owner)      | true
            request.time - session.startedAt > duration('1h')     | true
            type(args.path) == string && tool.stakes == 'Low'     | true
            tool.name in ['read', 'list'] && agent.labels['team'] == 'a' | true
            args.path.split('/').join('-').upperAscii() == '-WORK-A.TXT' | true
            """)
    void keepsItsMeaningWhenItIsWrittenAndReadBack(String expression, boolean expected) throws Exception {
        // Given
        Program program = accepted(expression, TYPED);

        // When
        Object value = evaluate(program.bytes());

        // Then
        assertThat(value).isEqualTo(expected);
    }

    @Test
    void hasTheSameBytesForTheSameMeaning() {
        // When
        Program one = accepted("args.path == 'x' && true", TYPED);
        Program spaced = accepted("args.path   ==\n 'x'\n && true", TYPED);
        Program other = accepted("args.path == 'y' && true", TYPED);

        // Then
        assertThat(spaced.bytes()).isEqualTo(one.bytes());
        assertThat(spaced.digest()).isEqualTo(one.digest()).isEqualTo(Digests.of(one.bytes()));
        assertThat(other.digest()).isNotEqualTo(one.digest());
    }

    @Test
    void sharesAProgramBetweenSchemasThatResolveAlike() {
        // When
        Program typed = accepted("args.path.startsWith('/x')", TYPED);
        Program untyped = accepted("args.path.startsWith('/x')", UNTYPED);

        // Then
        assertThat(typed.digest()).isEqualTo(untyped.digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"args.place", "args.tags", "[args.place]", "args.?place"})
    void namesNoTypeOfTheSchemaThatItWasCompiledWith(String expression) {
        // When
        Accepted typed = (Accepted) compiler.compile(expression, Wanted.ANYTHING, TYPED);
        Accepted untyped = (Accepted) compiler.compile(expression, Wanted.ANYTHING, UNTYPED);

        // Then
        assertThat(typed.program().digest()).isEqualTo(untyped.program().digest());
    }

    @Test
    void knowsObjectsOfTheSameShapeAsTheSameType() {
        // Given
        Struct place = new Struct(new TreeMap<>(Map.of("city", Scalar.STRING)));
        ExpressionScope scope = new ExpressionScope(
                new Struct(new TreeMap<>(Map.of("from", place, "to", place))), new TreeMap<>());

        // When
        CompiledExpression compiled = compiler.compile(
                "args.from == args.to || args.from.city == args.to.city", Wanted.BOOL, scope);

        // Then
        assertThat(compiled).isInstanceOf(Accepted.class);
    }

    @Test
    void saysThatAConditionIsABool() throws Exception {
        // When
        CheckedExpr program = CheckedExpr.parseFrom(accepted("args.path == 'x'", TYPED).bytes());

        // Then
        assertThat(program.getTypeMapMap().get(program.getExpr().getId()).getPrimitive())
                .isEqualTo(dev.cel.expr.Type.PrimitiveType.BOOL);
    }

    @Test
    void carriesNoPositionsOfTheText() throws Exception {
        // When
        CheckedExpr program = CheckedExpr.parseFrom(accepted("args.tags.exists(t, t == 'y')", TYPED).bytes());

        // Then
        assertThat(program.getSourceInfo()).isEqualTo(dev.cel.expr.SourceInfo.getDefaultInstance());
    }

    // Protobuf refuses messages nested deeper than 100; what is accepted must be readable.
    @ParameterizedTest
    @ValueSource(strings = {"+", "map", "list", "?:", "select", "exists"})
    void isReadableByProtobufUpToTheDepthThatIsAccepted(String how) throws Exception {
        int deepest = 0;
        for (int depth = 1; depth <= 60; depth++) {
            // Given
            String expression = nested(how, depth);

            // When
            CompiledExpression compiled = compiler.compile(expression, Wanted.ANYTHING, UNTYPED);

            // Then
            if (compiled instanceof Accepted accepted) {
                CheckedExpr.parseFrom(accepted.program().bytes());
                deepest = depth;
            } else {
                assertThat(((Rejected) compiled).problems().getFirst().message()).containsAnyOf("deep", "too big");
            }
        }
        assertThat(deepest).isBetween(how.equals("exists") ? 2 : 20, 59);
    }

    @Test
    void isAsDeepAsItMayBe() {
        assertThat(compiler.compile(nested("+", 44), Wanted.ANYTHING, UNTYPED)).isInstanceOf(Accepted.class);
        assertThat(compiler.compile(nested("+", 45), Wanted.ANYTHING, UNTYPED)).isInstanceOf(Rejected.class);
    }

    private static String nested(String how, int depth) {
        return switch (how) {
            case "+" -> "1" + "+1".repeat(depth);
            case "map" -> "{'a':".repeat(depth) + "1" + "}".repeat(depth);
            case "list" -> "[".repeat(depth) + "1" + "]".repeat(depth);
            case "?:" -> "true ? 1 : ".repeat(depth) + "0";
            case "select" -> "args" + ".a".repeat(depth);
            default -> "[1].exists(x, ".repeat(depth) + "true" + ")".repeat(depth);
        };
    }

    private Program accepted(String expression, ExpressionScope scope) {
        CompiledExpression compiled = compiler.compile(expression, Wanted.BOOL, scope);
        assertThat(compiled).isInstanceOf(Accepted.class);
        return ((Accepted) compiled).program();
    }

    private static Object evaluate(byte[] program) throws Exception {
        CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(CelOptions.current().enableHeterogeneousNumericComparisons(true).build())
                .addLibraries(CelExtensions.optional(), CelExtensions.strings())
                .build();
        return runtime.createProgram(
                CelProtoAbstractSyntaxTree.fromCheckedExpr(CheckedExpr.parseFrom(program)).getAst())
                .eval(CALL);
    }
}
