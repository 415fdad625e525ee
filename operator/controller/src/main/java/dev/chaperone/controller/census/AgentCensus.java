package dev.chaperone.controller.census;

import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.view.PodFacts;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pods of one agent, counted.
 *
 * @param pods by name, without those that neither run nor are at fault
 */
public record AgentCensus(List<Counted> pods) {
    private static final int LONGEST = 1024;

    /** One pod. */
    public record Counted(PodFacts pod, PodStanding is) {
        Standing standing() {
            return is.standing();
        }
    }

    /** For the agent's status. */
    public AgentCoverage coverage() {
        List<Deviation> deviations = pods.stream()
                .filter(each -> each.standing() != Standing.GUARDED)
                .sorted(Comparator.comparing(Counted::standing))
                .limit(AgentCoverage.MOST)
                .map(each -> new Deviation(each.pod().name(), each.standing(), bounded(each.is().reason())))
                .toList();
        int guarded = (int) pods.stream().filter(each -> each.standing().isGuarded()).count();
        return new AgentCoverage(
                pods.size(), guarded, guarded + "/" + pods.size(), deviations.isEmpty() ? null : deviations);
    }

    /** How many pods there are of each standing that occurs. */
    public Map<Standing, Integer> counts() {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        pods.forEach(each -> counts.merge(each.standing(), 1, Integer::sum));
        return counts;
    }

    /** UIDs of the pods that are not guarded. */
    public Set<String> notGuarded() {
        return pods.stream().filter(each -> !each.standing().isGuarded()).map(each -> each.pod().uid())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String bounded(String reason) {
        return reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST);
    }
}
