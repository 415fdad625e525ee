package dev.chaperone.controller.reconciler.eviction;

import dev.chaperone.controller.reconciler.eviction.EvictionHistory.Round;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.PodFacts.Phase;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pod to evict now.
 *
 * @param history what has to be remembered of it, before it is evicted
 */
record EvictionDecision(PodFacts pod, EvictionHistory history) {
    /** After a budget or the API server refused. */
    static final Duration RETRY = Duration.ofSeconds(30);
    /** In which whoever owns the pods has noticed that one is gone. */
    static final Duration NOTICED = Duration.ofSeconds(10);
    /** For which the pod in the place of an evicted one is waited for. */
    static final Duration SETTLED = Duration.ofMinutes(5);

    private static final Comparator<PodFacts> OLDEST = Comparator.comparing(PodFacts::created)
            .thenComparing(PodFacts::name);

    /**
     * Which pod is to be evicted now; null for none.
     *
     * @param reason names what is wrong, the same for the same fault
     * @param atFault UIDs of the pods that are to go
     * @param pods all of the agent that have not finished
     */
    static @Nullable EvictionDecision of(
            String reason, Set<String> atFault, List<PodFacts> pods, EvictionHistory history, Instant now) {
        List<PodFacts> candidates = pods.stream()
                .filter(pod -> atFault.contains(pod.uid()) && !pod.terminating() && pod.phase() != Phase.FINISHED)
                .sorted(OLDEST)
                .toList();
        Round latest = history.latest();
        if (candidates.isEmpty() || (latest != null && !isOver(latest, atFault, pods, now))) {
            return null;
        }
        Round round = history.rounds().get(reason);
        PodFacts oldest = candidates.getFirst();
        if (round == null || round.isForgotten(now)) {
            return begin(1, oldest, reason, history, now);
        }
        if (isBefore(oldest, round.began()) || oldest.uid().equals(round.pod())) {
            return new EvictionDecision(
                    oldest, history.with(reason, new Round(round.number(), round.began(), now, oldest.uid())));
        }
        return now.isBefore(round.next()) ? null : begin(round.number() + 1, oldest, reason, history, now);
    }

    // Times of creation have no fractions: of this very second is not before.
    private static EvictionDecision begin(
            int number, PodFacts pod, String reason, EvictionHistory history, Instant now) {
        Round round = new Round(number, now.truncatedTo(ChronoUnit.SECONDS), now, pod.uid());
        return new EvictionDecision(pod, history.with(reason, round));
    }

    /** Whether the last eviction is over, so that at most one pod is missing at a time. */
    private static boolean isOver(Round latest, Set<String> atFault, List<PodFacts> pods, Instant now) {
        PodFacts evicted = pods.stream().filter(pod -> pod.uid().equals(latest.pod())).findFirst().orElse(null);
        if (evicted != null) {
            // It was refused, or whoever was about to evict it did not get so far.
            return !evicted.terminating() && !now.isBefore(latest.last().plus(RETRY));
        }
        boolean others = pods.stream()
                .allMatch(pod -> atFault.contains(pod.uid()) || (pod.isRunning() && pod.ready()));
        return !now.isBefore(latest.last().plus(others ? NOTICED : SETTLED));
    }

    private static boolean isBefore(PodFacts pod, Instant began) {
        try {
            return Instant.parse(pod.created()).isBefore(began);
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
