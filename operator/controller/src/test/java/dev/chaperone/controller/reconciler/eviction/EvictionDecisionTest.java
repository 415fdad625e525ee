package dev.chaperone.controller.reconciler.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.controller.reconciler.eviction.EvictionHistory.Round;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.PodFacts.Phase;
import dev.chaperone.controller.view.guard.GuardFacts;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvictionDecisionTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00.500Z");
    private static final Instant OLD = NOW.minus(Duration.ofHours(1));
    private static final String REASON = "monitoring.coverage";

    @Test
    void evictsTheOldestFirst() {
        // When
        EvictionDecision decision = decide(EvictionHistory.NONE, NOW, Set.of("a", "b"), pod("a", OLD.plusSeconds(5)),
                pod("b", OLD), pod("c", OLD.minusSeconds(9)));

        // Then
        assertThat(decision.pod().uid()).isEqualTo("b");
        assertThat(decision.history().rounds().get(REASON))
                .isEqualTo(new Round(1, Instant.parse("2026-11-26T12:00:00Z"), NOW, "b"));
    }

    @Test
    void leavesPodsThatAreEndingAndOnesThatAreNotAtFault() {
        assertThat(decide(EvictionHistory.NONE, NOW, Set.of("a", "gone"), ending("a"), pod("b", OLD))).isNull();
    }

    @Test
    void theNextWaitsUntilTheEvictedOneIsGoneAndReplaced() {
        // Given
        EvictionHistory history = evicted("a", 1, NOW);
        Set<String> fault = Set.of("b");
        PodFacts next = pod("b", OLD);
        PodFacts replacement = pod("a2", NOW.plusSeconds(3));

        // Then
        assertThat(decide(history, NOW.plusSeconds(60), fault, ending("a"), next)).isNull();
        assertThat(decide(history, NOW.plusSeconds(9), fault, next, replacement)).isNull();
        assertThat(decide(history, NOW.plusSeconds(11), fault, next, replacement).pod()).isEqualTo(next);
        assertThat(decide(history, NOW.plusSeconds(200), fault, next, unready("a2"))).isNull();
        assertThat(decide(history, NOW.plusSeconds(300), fault, next, unready("a2")).pod()).isEqualTo(next);
    }

    @Test
    void whatABudgetRefusedIsTriedAgainInTheSameRound() {
        // Given
        EvictionHistory history = evicted("a", 1, NOW);

        // Then
        assertThat(decide(history, NOW.plusSeconds(29), Set.of("a"), pod("a", OLD))).isNull();
        EvictionDecision again = decide(history, NOW.plusSeconds(30), Set.of("a"), pod("a", OLD));
        assertThat(again.pod().uid()).isEqualTo("a");
        assertThat(again.history().rounds().get(REASON).number()).isEqualTo(1);
    }

    @Test
    void aReplacementIsSparedForTenMinutesAndTwiceAsLongEachTime() {
        EvictionHistory history = evicted("p0", 1, NOW);
        Instant last = NOW;
        List<Duration> waited = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            String uid = "p" + i;
            PodFacts replacement = pod(uid, last.plusSeconds(2));
            Instant now = last.plusSeconds(60);
            EvictionDecision decision;
            do {
                decision = decide(history, now, Set.of(uid), replacement);
                now = now.plusSeconds(decision == null ? 60 : 0);
            } while (decision == null);
            waited.add(Duration.between(last, now));
            last = now;
            history = decision.history();
        }
        assertThat(waited.stream().map(Duration::toMinutes))
                .containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 640L, 1280L, 1440L, 1440L);
    }

    @Test
    void inTheNextRoundAllThatAreAtFaultByThenGo() {
        // Given
        EvictionHistory history = evicted("a", 1, NOW);
        PodFacts one = pod("b", NOW.plusSeconds(20));
        PodFacts other = pod("c", NOW.plusSeconds(30));
        Instant later = NOW.plus(Duration.ofMinutes(10));

        // When
        EvictionDecision first = decide(history, later, Set.of("b", "c"), one, other);
        EvictionDecision second = decide(
                first.history(), later.plusSeconds(11), Set.of("c"), other, pod("b2", later.plusSeconds(1)));

        // Then
        assertThat(first.pod()).isEqualTo(one);
        assertThat(second.pod()).isEqualTo(other);
        assertThat(second.history().rounds().get(REASON).number()).isEqualTo(2);
    }

    @Test
    void anotherReasonIsAnotherRoundButNotAtTheSameTime() {
        // Given
        EvictionHistory history = evicted("a", 3, NOW);
        PodFacts replacement = pod("a2", NOW.plusSeconds(1));

        // Then
        assertThat(EvictionDecision.of("other", Set.of("a2"), List.of(replacement), history, NOW.plusSeconds(5)))
                .isNull();
        EvictionDecision decision = EvictionDecision
                .of("other", Set.of("a2"), List.of(replacement), history, NOW.plusSeconds(20));
        assertThat(decision.history().rounds().get("other").number()).isEqualTo(1);
        assertThat(decision.history().rounds().get(REASON).number()).isEqualTo(3);
    }

    @Test
    void aFaultOfTwoDaysLaterIsAnother() {
        // Given
        EvictionHistory history = evicted("a", 9, NOW);

        // When
        EvictionDecision decision = decide(
                history, NOW.plus(Duration.ofHours(48)), Set.of("b"), pod("b", NOW.plusSeconds(9)));

        // Then
        assertThat(decision.history().rounds().get(REASON).number()).isEqualTo(1);
    }

    @Test
    void aPodOfUnknownAgeCountsAsAReplacement() {
        assertThat(decide(evicted("a", 1, NOW), NOW.plusSeconds(60), Set.of("b"), pod("b", null))).isNull();
    }

    @Test
    void theHistorySurvivesBeingWritten() {
        // Given
        EvictionHistory history = evicted("a", 4, NOW).with("other", new Round(1, OLD, NOW, "b"));

        // Then
        assertThat(EvictionHistory.read(history.write())).isEqualTo(history);
        assertThat(EvictionHistory.read(null)).isEqualTo(EvictionHistory.NONE);
        assertThatThrownBy(() -> EvictionHistory.read("{\"x\":{}}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EvictionHistory.read("[")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatCannotBeReadBeginsNoLoop() {
        // Given
        EvictionHistory history = EvictionHistory.unreadable(REASON, NOW);

        // Then
        assertThat(decide(history, NOW.plusSeconds(599), Set.of("a"), pod("a", OLD))).isNull();
        assertThat(decide(history, NOW.plusSeconds(600), Set.of("a"), pod("a", OLD))).isNotNull();
    }

    private static @Nullable EvictionDecision decide(
            EvictionHistory history, Instant now, Set<String> atFault, PodFacts... pods) {
        return EvictionDecision.of(REASON, atFault, List.of(pods), history, now);
    }

    private static EvictionHistory evicted(String uid, int number, Instant when) {
        return EvictionHistory.NONE.with(REASON, new Round(number, Instant.parse("2026-11-26T12:00:00Z"), when, uid));
    }

    private static PodFacts pod(String uid, @Nullable Instant created) {
        return pod(uid, created, true, false);
    }

    private static PodFacts ending(String uid) {
        return pod(uid, OLD, true, true);
    }

    private static PodFacts unready(String uid) {
        return pod(uid, NOW, false, false);
    }

    private static PodFacts pod(String uid, @Nullable Instant created, boolean ready, boolean terminating) {
        return new PodFacts(
                "dev", uid, uid, Map.of(), null, null, "default", "n", Phase.RUNNING, ready, terminating,
                created == null ? "" : created.truncatedTo(ChronoUnit.SECONDS).toString(),
                GuardFacts.NONE);
    }
}
