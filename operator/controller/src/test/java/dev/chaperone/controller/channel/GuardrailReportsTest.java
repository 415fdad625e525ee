package dev.chaperone.controller.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GuardrailReportsTest {
    private static final Duration AGE = Duration.ofSeconds(15);
    private static final PodFacts POD = new PodFacts(
            "dev", "coder-1", "uid-1", "robot", new AgentId("dev", "coder"), null);
    private static final GuardrailReport REPORT = new GuardrailReport("boot", List.of(1), "sha256:x", null, 1, null,
            List.of(), null);

    private final TestClock clock = new TestClock();
    private final TestDirectory directory = new TestDirectory();
    private final AtomicInteger told = new AtomicInteger();
    private final GuardrailReports reports = new GuardrailReports(directory, AGE, clock.clocks());

    @BeforeAll
    static void waitsPatiently() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    GuardrailReportsTest() {
        directory.put(POD);
        reports.onChange(told::incrementAndGet);
    }

    @AfterEach
    void close() {
        reports.close();
    }

    @Test
    void saysWhenAPodWasHeard() {
        // Given
        reports.report(POD.uid(), REPORT);
        clock.pass(Duration.ofSeconds(3));

        // When
        var report = reports.reports().get(POD.uid());

        // Then
        assertThat(report.lastSeen()).isEqualTo(TestClock.START);
    }

    @Test
    void hasNoReportOfAPodThatIsGone() {
        // Given
        reports.report(POD.uid(), REPORT);

        // When
        directory.remove(POD);

        // Then
        assertThat(reports.reports()).isEmpty();
    }

    @Test
    void tellsThatAPodIsNotHeardAnyMore() {
        // Given
        reports.report(POD.uid(), REPORT);
        await().until(() -> told.get() == 1);

        // When
        clock.pass(AGE.plusMillis(1));

        // Then
        assertThat(reports.reports()).isEmpty();
        await().until(() -> told.get() == 2);
    }

    @Test
    void goesOnAfterAListenerThatFails() {
        // Given
        reports.onChange(() -> {
            throw new IllegalStateException("a listener that fails");
        });
        var later = new AtomicInteger();
        reports.onChange(later::incrementAndGet);

        // When
        reports.report(POD.uid(), REPORT);

        // Then
        await().until(() -> later.get() == 1);
    }

    @Test
    void tellsNobodyWhoLeft() {
        // Given
        var left = new AtomicInteger();
        reports.onChange(left::incrementAndGet).close();

        // When
        reports.report(POD.uid(), REPORT);

        // Then
        await().until(() -> told.get() == 1);
        assertThat(left.get()).isZero();
    }
}
