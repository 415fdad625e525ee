package dev.chaperone.guardrail.engine;

import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether some arguments of a tool could pass. Looks at rules without evaluating any: a condition that is no constant
 * may hold or not, and each policy is taken at its mildest, so a tool is hidden only when nothing can be said for it.
 */
final class Listing {
    private Listing() {}

    static boolean mayPass(ToolPlan plan, Canary canary, OversightState oversight) {
        for (ToolPlan.Narrowing narrowing : plan.narrowings()) {
            if (!oversight.heldLeases().contains(narrowing.requirement()) && denies(narrowing.verdict())) {
                return false;
            }
        }
        boolean granted = false;
        for (ToolPlan.PolicyRules policy : plan.policies()) {
            if (!canary.enforces(policy.policy().config())) {
                continue;
            }
            Verdict certain = certain(policy.rules());
            boolean may = policy.rules().stream().anyMatch(Listing::mayGrant);
            Verdict otherwise = Judgement.byDefault(policy.policy());
            if (certain != null) {
                if (denies(certain)) {
                    return false;
                }
                granted = true;
            } else if (otherwise != null && denies(otherwise) && !may) {
                return false;
            } else {
                granted |= may || otherwise == Verdict.ALLOW;
            }
        }
        return granted;
    }

    /** The strictest of what is said of every call; null for nothing. */
    private static @Nullable Verdict certain(List<PlannedPolicy.Rule> rules) {
        Verdict strictest = null;
        for (PlannedPolicy.Rule rule : rules) {
            Verdict verdict = switch (rule.condition()) {
                case Condition.Constant constant -> constant.matches() ? rule.config().verdict() : null;
                case Condition.Fault fault ->
                    rule.config().failurePolicy() == FailurePolicy.IGNORE ? null : Verdict.DENY;
                case Condition.Planned planned -> null;
            };
            if (verdict != null) {
                strictest = strictest == null ? verdict : strictest.strictest(verdict);
            }
        }
        return strictest;
    }

    private static boolean mayGrant(PlannedPolicy.Rule rule) {
        return rule.condition() instanceof Condition.Planned && !denies(rule.config().verdict());
    }

    private static boolean denies(Verdict verdict) {
        return verdict.compareTo(Verdict.DENY) >= 0;
    }
}
