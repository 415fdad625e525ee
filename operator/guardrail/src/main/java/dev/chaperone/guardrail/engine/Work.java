package dev.chaperone.guardrail.engine;

import dev.chaperone.guardrail.json.WorkMeter;

/**
 * The work that one call may cause. Policies that count and policies that audit have meters of their own: what is only
 * watched must not change what is decided.
 *
 * @param enforced of the policies that count
 * @param audited of those that do not
 */
record Work(WorkMeter enforced, WorkMeter audited) {
    /** Units for each meter: some hundred milliseconds at the very worst, a thousand times what a usual call needs. */
    static final long LIMIT = 10_000_000;

    static Work fresh() {
        return new Work(new WorkMeter(LIMIT), new WorkMeter(LIMIT));
    }

    WorkMeter of(boolean counted) {
        return counted ? enforced : audited;
    }
}
