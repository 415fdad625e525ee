package dev.chaperone.policy.cel;

import com.google.protobuf.CodedOutputStream;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.expr.CheckedExpr;
import dev.cel.expr.SourceInfo;
import dev.chaperone.config.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** A checked expression as the guardrail loads it: the same bytes for the same meaning. */
public final class Program {
    private final byte[] bytes;
    private final String digest;

    private Program(byte[] bytes) {
        this.bytes = bytes;
        this.digest = Digests.of(bytes);
    }

    /** A serialised {@code cel.expr.CheckedExpr}. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The address of {@link #bytes}. */
    public String digest() {
        return digest;
    }

    /**
     * Serialises what evaluation needs. Positions and most types are only for those who write expressions: without
     * them bundles are smaller, and schemas that resolve alike share a program.
     */
    static Program of(CelAbstractSyntaxTree ast) {
        CelAbstractSyntaxTree bare = CelAbstractSyntaxTree.newCheckedAst(ast.getExpr(), ast.getSource(),
                ast.getReferenceMap(), types(ast));
        CheckedExpr checked = CelProtoAbstractSyntaxTree.fromCelAst(bare)
                .toCheckedExpr()
                .toBuilder()
                .setSourceInfo(SourceInfo.getDefaultInstance())
                .build();
        byte[] bytes = new byte[checked.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            checked.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Program(bytes);
    }

    // Evaluation asks whether an identifier is a type, and of what type the whole is. Names of objects mean nothing
    // outside the scope that they were compiled in.
    private static Map<Long, CelType> types(CelAbstractSyntaxTree ast) {
        Map<Long, CelType> needed = new HashMap<>();
        AstWalk.all(ast.getExpr()).filter(expr -> expr.getKind() == CelExpr.ExprKind.Kind.IDENT).forEach(expr -> {
            CelType type = ast.getTypeOrThrow(expr.id());
            needed.put(expr.id(), type.kind() == CelKind.TYPE ? type : SimpleType.DYN);
        });
        CelType result = ast.getResultType();
        boolean plain = result instanceof SimpleType || result.kind() == CelKind.TYPE;
        needed.put(ast.getExpr().id(), plain ? result : SimpleType.DYN);
        return needed;
    }
}
