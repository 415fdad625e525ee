package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.cel.common.exceptions.CelRuntimeException;
import dev.cel.runtime.CelEvaluationException;
import dev.chaperone.guardrail.json.WorkMeter;

/** An error of an expression that CEL absorbs or passes on like its own. Carries no payload. */
final class EvaluationError extends CelRuntimeException {
    private static final long serialVersionUID = 1L;

    private static final class Cause extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cause(String message) {
            super(message, null, false, false);
        }
    }

    EvaluationError(String message, CelErrorCode code) {
        super(new Cause(message), code);
        WorkMeter.charge(WorkMeter.MISS);
    }

    private EvaluationError(CelEvaluationException cause) {
        super(cause, cause.getErrorCode());
    }

    // A rule may fail thousands of times within one call, and nobody reads where.
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
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
