package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.cel.common.exceptions.CelRuntimeException;
import dev.cel.runtime.CelEvaluationException;

/** An error of an expression that CEL absorbs or passes on like its own. Carries no payload. */
final class EvaluationError extends CelRuntimeException {
    private static final long serialVersionUID = 1L;

    EvaluationError(String message, CelErrorCode code) {
        super(new IllegalArgumentException(message), code);
    }

    private EvaluationError(CelEvaluationException cause) {
        super(cause, cause.getErrorCode());
    }

    static EvaluationError invalid(String message) {
        return new EvaluationError(message, CelErrorCode.INVALID_ARGUMENT);
    }

    static EvaluationError outOfBounds(String message) {
        return new EvaluationError(message, CelErrorCode.INDEX_OUT_OF_BOUNDS);
    }

    static EvaluationError passedOn(CelEvaluationException cause) {
        return new EvaluationError(cause);
    }
}
