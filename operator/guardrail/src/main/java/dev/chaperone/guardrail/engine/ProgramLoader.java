package dev.chaperone.guardrail.engine;

import com.google.protobuf.CodedInputStream;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelReference;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.expr.CheckedExpr;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.PatternSize;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Turns checked expressions into programs that run here. Each is planned once, however many rules name it. */
final class ProgramLoader {
    /** Iterations of all comprehensions of one evaluation. */
    static final int MAX_ITERATIONS = 50_000;

    // A chain of operators nests one message and a half per operator: this is far above what compilers accept, and far
    // below what would overflow the stack when it runs.
    private static final int MAX_NESTING = 1_000;
    private static final Set<String> TAKES_PATTERN = Set.of("matches", "find", "findAll");

    private final Bundle bundle;
    private final Regexes regexes = new Regexes();
    private final CelRuntime runtime;
    private final Set<String> known = CelFunctions.overloadIds();
    private final Map<String, Condition> loaded = new HashMap<>();

    ProgramLoader(Bundle bundle) {
        this.bundle = bundle;
        CelOptions options = CelOptions.current()
                .enableHeterogeneousNumericComparisons(true)
                .comprehensionMaxIterations(MAX_ITERATIONS)
                .maxRegexProgramSize(PatternSize.MAX_PROGRAM)
                .build();
        this.runtime = CelRuntimeFactory.plannerRuntimeBuilder()
                .setOptions(options)
                .setStandardFunctions(CelFunctions.plain())
                .addFunctionBindings(CelFunctions.bindings(regexes, options))
                .build();
    }

    /**
     * @param program digest of the program; null when there is none
     * @param fault why there is none; null when the condition is simply absent, which then always holds
     */
    Condition load(@Nullable String program, @Nullable String fault) throws BundleException {
        if (program == null) {
            return fault == null ? new Condition.Constant(true) : new Condition.Fault();
        }
        Condition condition = loaded.get(program);
        if (condition == null) {
            condition = plan(program);
            loaded.put(program, condition);
        }
        return condition;
    }

    private Condition plan(String digest) throws BundleException {
        byte[] bytes = bundle.programs().get(digest);
        if (bytes == null) {
            throw new BundleException("program " + digest + " is missing");
        }
        try {
            CelAbstractSyntaxTree ast = read(bytes);
            checkFunctions(digest, ast);
            preparePatterns(ast);
            CelExpr root = ast.getExpr();
            if (root.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                    && root.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE) {
                return new Condition.Constant(root.constant().booleanValue());
            }
            return new Condition.Planned(runtime.createProgram(ast));
        } catch (IOException | CelEvaluationException | RuntimeException | StackOverflowError e) {
            throw new BundleException("program " + digest + " cannot be planned", e);
        }
    }

    private static CelAbstractSyntaxTree read(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        in.setRecursionLimit(MAX_NESTING);
        CelAbstractSyntaxTree ast = CelProtoAbstractSyntaxTree.fromCheckedExpr(CheckedExpr.parseFrom(in)).getAst();
        if (!ast.isChecked()) {
            throw new IOException("not checked");
        }
        return ast;
    }

    private void checkFunctions(String digest, CelAbstractSyntaxTree ast) throws BundleException {
        Set<String> missing = new TreeSet<>();
        for (CelReference reference : ast.getReferenceMap().values()) {
            missing.addAll(reference.overloadIds());
        }
        missing.removeAll(known);
        if (!missing.isEmpty()) {
            throw new BundleException("program " + digest + " needs functions that this guardrail does not have: "
                    + String.join(", ", missing));
        }
    }

    private void preparePatterns(CelAbstractSyntaxTree ast) {
        CelNavigableAst.fromAst(ast).getRoot().allNodes()
                .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.CALL
                        && TAKES_PATTERN.contains(node.expr().call().function()))
                .forEach(node -> {
                    List<CelExpr> args = node.expr().call().args();
                    int pattern = node.expr().call().target().isPresent() ? 0 : 1;
                    if (args.size() > pattern && args.get(pattern).getKind() == CelExpr.ExprKind.Kind.CONSTANT
                            && args.get(pattern).constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                        regexes.prepare(args.get(pattern).constant().stringValue());
                    }
                });
    }
}
