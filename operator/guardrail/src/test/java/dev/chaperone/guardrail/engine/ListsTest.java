package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListsTest {
    @Test
    void sumsAsTheTypeOfTheListSays() {
        assertThat(Lists.sum(List.of(3L, -1L))).isEqualTo(2L);
        assertThat(Lists.sum(List.of())).isEqualTo(0L);
        assertThat(Lists.sum(List.of(1.5, 2L))).isEqualTo(3.5);
        assertThat(Lists.sumOfDoubles(List.of())).isEqualTo(0.0);
        assertThat(Lists.sumOfDoubles(List.of(100.5, 0.25))).isEqualTo(100.75);
        assertThat(Lists.sumOfDoubles(List.of(2L))).isEqualTo(2.0);
        assertThatThrownBy(() -> Lists.sum(List.of("a"))).isInstanceOf(EvaluationError.class);
        assertThatThrownBy(() -> Lists.sum(List.of(Long.MAX_VALUE, 1L))).isInstanceOf(EvaluationError.class);
    }

    @Test
    void findsTheLeastAndTheGreatest() {
        assertThat(Lists.min(List.of(3L, 1L, 2L))).isEqualTo(1L);
        assertThat(Lists.max(List.of(3L, 1L, 3.5))).isEqualTo(3.5);
        assertThat(Lists.max(List.of("a", "c", "b"))).isEqualTo("c");
        assertThat(Lists.min(List.of(true, false))).isEqualTo(false);
        assertThatThrownBy(() -> Lists.min(List.of())).isInstanceOf(EvaluationError.class);
        assertThatThrownBy(() -> Lists.max(List.of(1L, "a"))).isInstanceOf(EvaluationError.class);
        assertThatThrownBy(() -> Lists.max(List.of(List.of(), List.of()))).isInstanceOf(EvaluationError.class);
    }

    @Test
    void knowsOrder() {
        assertThat(Lists.isSorted(List.of())).isTrue();
        assertThat(Lists.isSorted(List.of(1L, 1L, 1.5))).isTrue();
        assertThat(Lists.isSorted(List.of(2L, 1L))).isFalse();
        assertThat(Lists.isSorted(List.of(Instant.EPOCH, Instant.EPOCH.plusSeconds(1)))).isTrue();
        assertThat(Lists.isSorted(List.of(Duration.ofHours(1), Duration.ZERO))).isFalse();
    }

    @Test
    void findsPlaces() {
        List<Object> list = List.of("a", 1L, "a", 1.0);
        assertThat(Lists.indexOf(list, "a")).isEqualTo(0);
        assertThat(Lists.lastIndexOf(list, "a")).isEqualTo(2);
        assertThat(Lists.indexOf(list, 1.0)).isEqualTo(1);
        assertThat(Lists.lastIndexOf(list, 1L)).isEqualTo(3);
        assertThat(Lists.indexOf(list, "b")).isEqualTo(-1);
        assertThat(Lists.lastIndexOf(list, "b")).isEqualTo(-1);
        assertThat(Lists.indexOf(List.of(5L, 1L), 1L)).isEqualTo(1);
        assertThat(Lists.indexOf(List.of(5L, 1L), 2.0)).isEqualTo(-1);
        assertThat(Lists.lastIndexOf(List.of("a", "b"), "a")).isEqualTo(0);
    }

    @Test
    void numbersAreTheSameWhateverTheirTypeAndSign() {
        assertThat(Numbers.compare(0L, -0.0)).isZero();
        assertThat(Numbers.compare(-0.0, 0L)).isZero();
        assertThat(Numbers.compare(-0.0, 0.0)).isZero();
        assertThat(Numbers.isExactInteger(9007199254740991.0)).isTrue();
        assertThat(Numbers.isExactInteger(-9007199254740991.0)).isTrue();
        assertThat(Numbers.isExactInteger(9007199254740992.0)).isFalse();
        assertThat(Numbers.isExactInteger(0.5)).isFalse();
    }

    @Test
    void knowsWhatCountsAsZero() {
        for (Object zero : new Object[]{false, 0L, 0.0, -0.0, "", List.of(), Map.of()}) {
            assertThat(Optionals.ofNonZero(zero)).as("%s", zero).isEmpty();
        }
        for (Object value : new Object[]{true, 1L, 0.5, " ", List.of(0L), Map.of("", 0L), Instant.EPOCH}) {
            assertThat(Optionals.ofNonZero(value)).isEqualTo(Optional.of(value));
        }
    }

    @Test
    void takesWhatMayBeThere() {
        assertThat(Optionals.first(List.of("a", "b"))).isEqualTo(Optional.of("a"));
        assertThat(Optionals.last(List.of("a", "b"))).isEqualTo(Optional.of("b"));
        assertThat(Optionals.first(List.of())).isEmpty();
        assertThat(Optionals.last(List.of())).isEmpty();
        assertThat(Optionals.unwrap(List.of(Optional.of("a"), Optional.empty(), Optional.of("c"))))
                .containsExactly("a", "c");
        assertThatThrownBy(() -> Optionals.unwrap(List.of("a"))).isInstanceOf(EvaluationError.class);
    }
}
