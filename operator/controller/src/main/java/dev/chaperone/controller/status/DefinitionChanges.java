package dev.chaperone.controller.status;

import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.ServerPlan;
import dev.chaperone.controller.view.PodFacts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The pinned tools of one server of which guardrails see another definition now.
 *
 * @param seen what was seen, by tool and then by digest or word
 * @param unheard whether a pod that may know was not heard yet, because this replica has just begun to lead
 */
public record DefinitionChanges(SortedMap<String, SortedMap<String, Seen>> seen, boolean unheard) {
    private static final int MOST_NAMED = 8;

    /**
     * @param pods how many pods see it
     * @param since when the first of them saw it first
     */
    public record Seen(int pods, Instant since) {
        private Seen with(Seen other) {
            return new Seen(pods + other.pods, since.isBefore(other.since) ? since : other.since);
        }
    }

    /** What pods report of the server, as far as it is not what is pinned by now. */
    public static DefinitionChanges of(FleetPlan plan, Programming programming, ServerPlan server) {
        SortedMap<String, SortedMap<String, Seen>> seen = new TreeMap<>();
        boolean unheard = false;
        for (AgentId id : server.pins().isEmpty() ? List.<AgentId>of() : List.copyOf(server.agents())) {
            AgentPlan agent = plan.agents().get(id);
            for (PodFacts pod : agent == null ? List.<PodFacts>of() : agent.pods()) {
                unheard |= programming.hasJustBegun() && pod.isRunning() && !programming.isHeard(pod);
                for (ChangedDefinition changed : programming.definitions(pod)) {
                    String pinned = server.pins().get(changed.tool());
                    if (changed.server().equals(server.id().name()) && pinned != null
                            && !pinned.equals(changed.seen())) {
                        seen.computeIfAbsent(changed.tool(), _ -> new TreeMap<>())
                                .merge(changed.seen(), new Seen(1, changed.since()), Seen::with);
                    }
                }
            }
        }
        return new DefinitionChanges(seen, unheard);
    }

    /** A sentence for each tool, without what changes from pod to pod; the same as long as the same is seen. */
    public List<String> notes(SortedMap<String, String> pins) {
        List<String> notes = new ArrayList<>();
        seen.forEach((tool, each) -> notes.add(
                tool + ": the server shows " + String.join(" and ", each.keySet()) + ", pinned is " + pins.get(tool)));
        return notes;
    }

    /** For the condition: which tools, what was seen instead, by how many pods and since when. */
    String message() {
        String named = seen.entrySet().stream().limit(MOST_NAMED)
                .map(tool -> tool.getKey() + ": " + tool.getValue().entrySet().stream()
                        .map(each -> each.getKey() + " seen by " + pods(each.getValue().pods()) + " since "
                                + each.getValue().since().truncatedTo(ChronoUnit.SECONDS))
                        .collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n"));
        return seen.size() > MOST_NAMED ? named + "\nand " + (seen.size() - MOST_NAMED) + " more tools" : named;
    }

    private static String pods(int count) {
        return count == 1 ? "1 pod" : count + " pods";
    }
}
