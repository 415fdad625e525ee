package dev.chaperone.guardrail.engine;

import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.Verdict;
import java.util.List;

/**
 * All that decides calls of one tool.
 *
 * @param tool what expressions read of it
 * @param schema what its arguments must fit
 * @param policies every policy, each with the rules that are about the tool
 * @param narrowings what applies when oversight lapses, one for each requirement that narrows the tool
 */
record ToolPlan(Fields tool, ArgumentSchema schema, List<PolicyRules> policies, List<Narrowing> narrowings) {
    record PolicyRules(PlannedPolicy policy, List<PlannedPolicy.Rule> rules) {}

    record Narrowing(String requirement, Verdict verdict) {}
}
