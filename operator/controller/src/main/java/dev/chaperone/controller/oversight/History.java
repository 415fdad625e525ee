package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.policy.oversight.Requirement;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Goes from how a requirement stood and what is seen now to how it stands. */
final class History {
    /** How long something that is no pod's must be seen in force before it counts as in force again. */
    static final Duration HEALING = Duration.ofSeconds(10);

    private History() {}

    /** @param before null when nothing is known of earlier */
    static RequirementStanding next(Requirement requirement, @Nullable RequirementStanding before, Observation seen,
            Instant now) {
        if (before != null && before.state().lacks() && seen.state() == State.MET
                && !requirement.terms().isOfPods()) {
            Instant healing = before.healing() == null ? now : before.healing();
            if (now.isBefore(healing.plus(HEALING))) {
                return standing(requirement, before, healing, now);
            }
        }
        // A lapse that turns into not knowing, or the other way round, is one lapse: its grace is not begun anew.
        boolean goesOn = before != null && (before.state() == seen.state()
                || (before.state().lacks() && seen.state().lacks()));
        Instant since = before != null && goesOn ? before.since() : seen.since();
        return new RequirementStanding(requirement, seen.state(), since, seen.reason(), seen.message(), seen.pods(),
                seen.overdue(),
                requirement.terms().isOfPods()
                        ? !seen.overdue().isEmpty()
                        : isOver(seen.state(), since, requirement, now),
                null);
    }

    private static RequirementStanding standing(Requirement requirement, RequirementStanding before, Instant healing,
            Instant now) {
        return new RequirementStanding(requirement, before.state(), before.since(), before.reason(), before.message(),
                before.pods(), before.overdue(), isOver(before.state(), before.since(), requirement, now), healing);
    }

    private static boolean isOver(State state, Instant since, Requirement requirement, Instant now) {
        return state.lacks() && !now.isBefore(since.plus(requirement.grace()));
    }
}
