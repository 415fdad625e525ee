package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Evaluates the conditions of a call's rules, all of them: reasons depend on every one.
 *
 * <p>A group of policies shares one meter. Once it is exhausted, no condition of the group that had to be evaluated
 * keeps its outcome: which of them came before the limit is an accident of order, and order means nothing.
 */
final class RuleEvaluator {
    private final CallActivation activation;

    RuleEvaluator(CallActivation activation) {
        this.activation = activation;
    }

    /** For each policy the outcomes of its rules, in their order. */
    List<Outcome[]> evaluate(List<ToolPlan.PolicyRules> policies, WorkMeter meter) {
        List<Outcome[]> outcomes = new ArrayList<>(policies.size());
        WorkMeter.bind(meter);
        try {
            for (ToolPlan.PolicyRules policy : policies) {
                activation.enter(policy.policy().variables());
                Outcome[] ofPolicy = new Outcome[policy.rules().size()];
                for (int i = 0; i < ofPolicy.length; i++) {
                    ofPolicy[i] = evaluate(policy.rules().get(i).condition(), meter);
                }
                outcomes.add(ofPolicy);
            }
        } finally {
            WorkMeter.bind(null);
        }
        if (meter.exhausted()) {
            for (int p = 0; p < outcomes.size(); p++) {
                List<PlannedPolicy.Rule> rules = policies.get(p).rules();
                Outcome[] ofPolicy = outcomes.get(p);
                Arrays.setAll(ofPolicy, i -> rules.get(i).condition() instanceof Condition.Planned
                        ? Outcome.WORK_LIMIT
                        : ofPolicy[i]);
            }
        }
        return outcomes;
    }

    private Outcome evaluate(Condition condition, WorkMeter meter) {
        return switch (condition) {
            case Condition.Constant constant -> constant.matches() ? Outcome.MATCH : Outcome.NO_MATCH;
            case Condition.Fault fault -> Outcome.FAULT;
            case Condition.Planned planned -> meter.exhausted() ? Outcome.WORK_LIMIT : run(planned);
        };
    }

    private Outcome run(Condition.Planned planned) {
        try {
            Object result = planned.program().eval(activation);
            if (result instanceof Boolean matches) {
                return matches ? Outcome.MATCH : Outcome.NO_MATCH;
            }
            return Outcome.NOT_A_BOOL;
        } catch (CelEvaluationException e) {
            return new Outcome.Failed(code(e).name().toLowerCase(Locale.ROOT));
        }
    }

    // CEL has no class for values out of range, such as an index beyond 32 bits, and calls them internal errors.
    private static CelErrorCode code(CelEvaluationException e) {
        return e.getErrorCode() == CelErrorCode.INTERNAL_ERROR && e.getCause() instanceof IllegalArgumentException
                ? CelErrorCode.INVALID_ARGUMENT
                : e.getErrorCode();
    }
}
