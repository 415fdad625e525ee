package dev.chaperone.policy.cel;

import dev.chaperone.policy.schema.ValueType;
import java.util.List;

/** What became of an expression. */
public sealed interface CompiledExpression {
    /**
     * An expression that can be evaluated.
     *
     * @param program what the guardrail loads
     * @param type the type of its value
     * @param alwaysFalse whether it is false whatever the call
     */
    record Accepted(Program program, ValueType type, boolean alwaysFalse) implements CompiledExpression {}

    /** An expression that cannot; there is at least one problem. */
    record Rejected(List<ExpressionProblem> problems) implements CompiledExpression {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }
}
