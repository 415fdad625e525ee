package dev.chaperone.guardrail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);
    private final Freshness freshness = Freshness.ofAttempts(clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /** The process runs for so long. */
    private void run(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= Freshness.PERIOD.toMillis()) {
            pass(Freshness.PERIOD);
            freshness.pulse();
        }
    }

    @BeforeEach
    void begin() {
        freshness.pulse();
    }

    @Test
    void what_lay_on_the_disk_is_not_fresh_before_an_attempt_has_ended() {
        // Given
        boolean atFirst = freshness.holds();
        int attempt = freshness.began();

        // When
        freshness.ended(attempt);

        // Then
        assertThat(atFirst).isFalse();
        assertThat(freshness.holds()).isTrue();
    }

    @Test
    void a_process_that_runs_stays_fresh_however_long_an_attempt_takes() {
        // Given
        freshness.ended(freshness.began());
        freshness.began();

        // When
        run(Duration.ofMinutes(10));

        // Then
        assertThat(freshness.holds()).isTrue();
    }

    @Test
    void the_first_call_after_a_stop_finds_it_whoever_runs_first() {
        // Given
        freshness.ended(freshness.began());
        run(Duration.ofSeconds(3));

        // When
        pass(Duration.ofSeconds(3));
        boolean forTheCall = freshness.holds();
        freshness.pulse();
        boolean afterAPulse = freshness.holds();

        // Then
        assertThat(forTheCall).isFalse();
        assertThat(afterAPulse).isFalse();
    }

    @Test
    void an_answer_that_lay_there_during_the_stop_renews_nothing() {
        // Given
        freshness.ended(freshness.began());
        int attempt = freshness.began();
        pass(Duration.ofMinutes(1));

        // When
        freshness.ended(attempt);

        // Then
        assertThat(freshness.holds()).isFalse();
        assertThat(freshness.isOutdated(attempt)).isTrue();
    }

    @Test
    void an_attempt_that_began_after_the_stop_renews_it() {
        // Given
        freshness.ended(freshness.began());
        pass(Duration.ofMinutes(1));
        int attempt = freshness.began();
        run(Duration.ofSeconds(3));
        boolean before = freshness.holds();

        // When
        freshness.ended(attempt);

        // Then
        assertThat(before).isFalse();
        assertThat(freshness.holds()).isTrue();
    }

    @Test
    void a_second_stop_during_the_attempt_takes_its_worth() {
        // Given
        pass(Duration.ofMinutes(1));
        int attempt = freshness.began();
        pass(Duration.ofSeconds(5));
        freshness.pulse();

        // When
        freshness.ended(attempt);

        // Then
        assertThat(freshness.holds()).isFalse();
    }

    @Test
    void an_attempt_that_hangs_has_had_its_chance_after_a_while() {
        // Given
        pass(Duration.ofMinutes(1));
        freshness.began();
        run(Duration.ofSeconds(19));
        boolean meanwhile = freshness.holds();

        // When
        run(Duration.ofSeconds(2));

        // Then
        assertThat(meanwhile).isFalse();
        assertThat(freshness.holds()).isTrue();
    }

    @Test
    void a_source_that_cannot_be_asked_is_always_fresh() {
        // When
        boolean holds = Freshness.ALWAYS.holds();

        // Then
        assertThat(holds).isTrue();
        assertThat(Freshness.ALWAYS.needsPulse()).isFalse();
    }
}
