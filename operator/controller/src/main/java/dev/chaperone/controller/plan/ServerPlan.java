package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Pins;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What becomes of one tool server.
 *
 * @param generation the generation that this speaks of
 * @param issues what its author should know
 * @param nameTaken whether a cluster tool server has its name
 * @param notOffered why its credential is withheld; empty when nothing is
 * @param agents the agents whose configs hold it
 * @param pinned which definitions were reviewed
 */
public record ServerPlan(
        ServerId id,
        String uid,
        long generation,
        List<Issue> issues,
        boolean nameTaken,
        List<String> notOffered,
        SortedSet<AgentId> agents,
        Pins pinned) {
    /** The digests of the definitions that were reviewed, by tool. */
    public SortedMap<String, String> pins() {
        return pinned.definitions();
    }

    /** Whether agents may use the server as it is written. */
    public boolean accepted() {
        return !nameTaken && issues.stream().noneMatch(Issue::isError);
    }
}
