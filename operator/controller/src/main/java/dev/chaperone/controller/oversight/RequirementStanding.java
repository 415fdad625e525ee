package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.config.OversightLease.Narrowing;
import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.policy.oversight.Requirement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with one requirement of an agent.
 *
 * @param since when it began to be in force, or to lack
 * @param pods whose fault it is, by name
 * @param overdue UIDs of those among them that lacked for longer than the grace
 * @param narrowed whether something is narrowed by now
 * @param healing since when it has been seen in force again, though it still counts as lacking; null when it has not
 */
public record RequirementStanding(
        Requirement requirement,
        State state,
        Instant since,
        String reason,
        String message,
        List<String> pods,
        Set<String> overdue,
        boolean narrowed,
        @Nullable Instant healing) {
    private static final int MOST_PODS = 10;
    private static final int LONGEST = 1000;

    public RequirementStanding {
        pods = List.copyOf(pods);
        overdue = Set.copyOf(overdue);
    }

    /** As a status says, of which the writer's clock may have been ahead; null when that cannot be read. */
    static @Nullable RequirementStanding of(OversightRequirement stored, Requirement requirement, Instant now) {
        try {
            Instant since = Instant.parse(stored.since());
            return new RequirementStanding(requirement, stored.state(), since.isAfter(now) ? now : since,
                    stored.reason(),
                    stored.message(), Objects.requireNonNullElse(stored.pods(), List.of()), Set.of(),
                    stored.narrowed() != null, null);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** As it stands in a status. */
    public OversightRequirement status() {
        return new OversightRequirement(
                requirement.name(), state, since.truncatedTo(ChronoUnit.SECONDS).toString(), reason,
                bounded(message, LONGEST),
                requirement.policies().stream().map(OversightId::toString).toList(),
                narrowed && !requirement.narrowings().isEmpty()
                        ? requirement.narrowings().stream().limit(MOST_PODS).map(RequirementStanding::text).toList()
                        : null,
                pods.isEmpty() ? null : pods.stream().limit(MOST_PODS).toList());
    }

    private static String text(Narrowing narrowing) {
        String stakes = narrowing.stakes() == null ? "" : " of " + narrowing.stakes().wireName() + " stakes";
        return bounded(narrowing.verdict().wireName() + " " + String.join(", ", narrowing.tools()) + stakes,
                LONGEST);
    }

    static String bounded(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest) + "…";
    }
}
