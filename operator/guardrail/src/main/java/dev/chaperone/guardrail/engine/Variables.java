package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.exceptions.CelRuntimeException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one policy for one call. Each is evaluated when it is first read and keeps what came out, value or
 * error; one that is never read can never fail.
 */
@SuppressWarnings("Immutable") // lives within one call on one thread
final class Variables extends CelValue implements SelectableValue<String> {
    private final List<PlannedPolicy.Variable> variables;
    private final CelVariableResolver activation;
    private final @Nullable Object[] outcomes;
    // A variable sees those before it, so none can lead back to itself.
    private int visible;

    Variables(List<PlannedPolicy.Variable> variables, CelVariableResolver activation) {
        this.variables = variables;
        this.activation = activation;
        this.outcomes = new @Nullable Object[variables.size()];
        this.visible = variables.size();
    }

    @Override
    public Object select(String name) {
        int index = indexOf(name);
        if (index < 0) {
            throw CelAttributeNotFoundException.forFieldResolution(name);
        }
        Object outcome = outcomes[index];
        if (outcome == null) {
            outcome = evaluate(index);
            outcomes[index] = outcome;
        }
        if (outcome instanceof CelRuntimeException error) {
            throw error;
        }
        return outcome;
    }

    private Object evaluate(int index) {
        int before = visible;
        visible = index;
        try {
            return switch (variables.get(index).value()) {
                case Condition.Constant constant -> constant.matches();
                case Condition.Planned planned -> planned.program().eval(activation);
                case Condition.Fault fault ->
                    new EvaluationError("a variable without program", CelErrorCode.INTERNAL_ERROR);
            };
        } catch (WorkMeter.ExhaustedException e) {
            return e;
        } catch (CelEvaluationException e) {
            return EvaluationError.passedOn(e);
        } finally {
            visible = before;
        }
    }

    @Override
    public Optional<Object> find(String name) {
        return indexOf(name) < 0 ? Optional.empty() : Optional.of(select(name));
    }

    private int indexOf(String name) {
        for (int i = visible - 1; i >= 0; i--) {
            if (variables.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return variables.isEmpty();
    }

    @Override
    public CelType celType() {
        return SimpleType.DYN;
    }
}
