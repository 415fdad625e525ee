package dev.chaperone.policy.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.CelKind;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.chaperone.policy.cel.AstCheck.Finding;
import dev.chaperone.policy.cel.CompiledExpression.Accepted;
import dev.chaperone.policy.cel.CompiledExpression.Rejected;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles expressions and remembers what became of them by their content: text, wanted result and scope. So an
 * expression is compiled once per distinct schema, however many agents use it. Safe for use by many threads.
 */
public final class ExpressionCompiler {
    /** In UTF-16 code units. */
    static final int MAX_LENGTH = 4_096;

    // Macros copy their operands, so a short text can become a big tree.
    private static final int MAX_NODES = 5_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .enableQuotedIdentifierSyntax(true)
            .enableOptionalSyntax(true)
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(100)
            .maxParseExpressionNodeCount(MAX_NODES)
            .build();

    private static final List<AstCheck> CHECKS = List.of(
            new NestingCheck(), new LoopNestingCheck(), new RegexCheck(), new LiteralConversionCheck());
    private static final AstCheck COST = new CostCheck();

    /** What an expression must yield. */
    public enum Wanted {
        BOOL, ANYTHING
    }

    private record Key(String text, Wanted wanted, ExpressionScope scope) {}

    private final Map<Key, CompiledExpression> cache;
    private long compilations;

    /** @param capacity how many expressions are remembered; the one used longest ago goes first */
    public ExpressionCompiler(int capacity) {
        cache = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, CompiledExpression> eldest) {
                return size() > capacity;
            }
        };
    }

    /** What becomes of an expression in a scope. */
    public CompiledExpression compile(String text, Wanted wanted, ExpressionScope scope) {
        Key key = new Key(text, wanted, scope);
        CompiledExpression known = remembered(key);
        if (known != null) {
            return known;
        }
        CompiledExpression fresh = compileFresh(text, wanted, scope);
        remember(key, fresh);
        return fresh;
    }

    /** How many expressions had to be compiled, rather than remembered. */
    public synchronized long compilations() {
        return compilations;
    }

    private synchronized @Nullable CompiledExpression remembered(Key key) {
        return cache.get(key);
    }

    private synchronized void remember(Key key, CompiledExpression compiled) {
        compilations++;
        cache.put(key, compiled);
    }

    private static CompiledExpression compileFresh(String source, Wanted wanted, ExpressionScope scope) {
        ExpressionText text = new ExpressionText(source);
        if (source.length() > MAX_LENGTH) {
            return rejected(text.problem(
                    0, "the expression has " + source.length() + " characters of at most " + MAX_LENGTH,
                    "move parts of it into variables"));
        }
        TypeTable types = new TypeTable();
        CelCompiler compiler = compiler(types, scope);
        CelValidationResult parsed = compiler.parse(source);
        if (parsed.hasError()) {
            return new Rejected(new SyntaxDiagnosis(text).problems(parsed.getErrors()));
        }
        CelAbstractSyntaxTree ast = ast(parsed);
        CelValidationResult checked = compiler.check(ast);
        if (checked.hasError()) {
            return new Rejected(new TypeDiagnosis(text, ast, scope).problems(checked.getErrors()));
        }
        CelAbstractSyntaxTree typed = ast(checked);
        if (wanted == Wanted.BOOL && !mayBeBool(typed)) {
            return rejected(text.problem(
                    text.skip(0, ""),
                    "the condition is of type " + TypeNames.display(typed.getResultType().name()) + ", not bool",
                    "compare it with something"));
        }
        List<Finding> findings = CHECKS.stream().flatMap(check -> check.check(typed).stream()).toList();
        if (findings.isEmpty()) {
            findings = COST.check(typed);
        }
        return findings.isEmpty()
                ? new Accepted(
                        Program.of(typed), types.valueType(typed.getResultType()),
                        Constants.isFalse(typed.getExpr()))
                : new Rejected(findings.stream().map(finding -> problem(text, typed, finding)).toList());
    }

    private static CelCompiler compiler(TypeTable types, ExpressionScope scope) {
        var builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(CelFunctionDeclarations.optionals())
                .addFunctionDeclarations(CelFunctionDeclarations.functions());
        scope.names().forEach((name, type) -> builder.addVar(name, types.celType(type)));
        return builder.setTypeProvider(types).build();
    }

    private static boolean mayBeBool(CelAbstractSyntaxTree ast) {
        return ast.getResultType().equals(SimpleType.BOOL) || ast.getResultType().kind() == CelKind.DYN;
    }

    private static ExpressionProblem problem(ExpressionText text, CelAbstractSyntaxTree ast, Finding finding) {
        Integer position = ast.getSource().getPositionsMap().get(finding.at().id());
        return text.problem(position == null ? 0 : text.offset(position), finding.message(), finding.mend());
    }

    private static CelAbstractSyntaxTree ast(CelValidationResult result) {
        try {
            return result.getAst();
        } catch (CelValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Rejected rejected(ExpressionProblem problem) {
        return new Rejected(List.of(problem));
    }
}
