package dev.chaperone.controller.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CoalescerTest {
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    static void waitsPatiently() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void runsAfterTheLastSignalOfABurstAndSeldomWithinIt() {
        // Given
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger signals = new AtomicInteger();
        Coalescer coalescer = coalescer(Duration.ofMinutes(1), () -> seen.set(signals.get()));

        // When
        for (int i = 0; i < 10_000; i++) {
            signals.incrementAndGet();
            coalescer.signal();
        }

        // Then
        await().untilAsserted(() -> assertThat(seen).hasValue(10_000));
        assertThat(runs.get()).isLessThan(100);
    }

    @Test
    void runsInABurstWithoutAnEndToo() {
        // Given
        Coalescer coalescer = coalescer(Duration.ofMillis(5), () -> {});

        // When
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            coalescer.signal();
            return runs.get() >= 3;
        });

        // Then
        assertThat(runs.get()).isGreaterThanOrEqualTo(3);
    }

    private Coalescer coalescer(Duration atMost, Runnable action) {
        return new Coalescer(executor, Duration.ofMillis(20), atMost, () -> {
            action.run();
            runs.incrementAndGet();
        });
    }
}
