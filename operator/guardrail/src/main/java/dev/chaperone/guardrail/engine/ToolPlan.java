package dev.chaperone.guardrail.engine;

import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that decides calls of one tool.
 *
 * @param tool what expressions read of it
 * @param schema what its arguments must fit
 * @param policies every policy, each with the rules that are about the tool
 * @param narrowings what applies when oversight lapses, one for each requirement that narrows the tool
 * @param pin the definition that was reviewed; null when any will do
 */
record ToolPlan(
        Fields tool,
        ArgumentSchema schema,
        List<PolicyRules> policies,
        List<Narrowing> narrowings,
        @Nullable Pin pin) {
    record PolicyRules(PlannedPolicy policy, List<PlannedPolicy.Rule> rules) {}

    /** @param onChange what another definition says of a call */
    record Pin(String definition, Verdict onChange) {}

    record Narrowing(String requirement, Verdict verdict) {}
}
