package dev.chaperone.controller.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTableTest {
    private static final Duration AGE = Duration.ofSeconds(15);
    private static final GuardrailReport OLD = report("sha256:old", 1);
    private static final GuardrailReport NEW = report("sha256:new", 2);

    private final TestClock clock = new TestClock();
    private final ReportTable table = new ReportTable(AGE, clock.clocks());

    private static GuardrailReport report(String revision, long audit) {
        return new GuardrailReport("boot", List.of(1), revision, null, audit, null, List.of(), null);
    }

    private static PeerPage page(String pod, Duration age, GuardrailReport report) {
        return new PeerPage("peer", 1, List.of(new PeerPage.Heard(pod, age, report)));
    }

    @Test
    void countsAHeartbeatAsNoNews() {
        // Given
        boolean first = table.report("a", OLD);

        // When
        boolean second = table.report("a", report("sha256:old", 7));

        // Then
        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(table.fresh().get("a").report().audit()).isEqualTo(7);
    }

    @Test
    void dropsAPodThatIsNotHeardAnyMoreAndSaysSoOnce() {
        // Given
        table.report("a", OLD);
        clock.pass(AGE.plusMillis(1));

        // When
        boolean news = table.expire(pod -> true);

        // Then
        assertThat(news).isTrue();
        assertThat(table.expire(pod -> true)).isFalse();
        assertThat(table.fresh()).isEmpty();
    }

    @Test
    void countsAPodThatIsHeardAgainAsNews() {
        // Given
        table.report("a", OLD);
        clock.pass(AGE.plusMillis(1));
        table.expire(pod -> true);

        // When
        boolean news = table.report("a", OLD);

        // Then
        assertThat(news).isTrue();
        assertThat(table.fresh()).containsOnlyKeys("a");
    }

    @Test
    void forgetsWhatIsGone() {
        // Given
        table.report("a", OLD);
        clock.pass(AGE.plusMillis(1));

        // When
        table.expire(pod -> false);

        // Then
        assertThat(table.page(0, 10).pods()).isEmpty();
    }

    @Test
    void keepsAPodAliveThatAsksForItsBundle() {
        // Given
        table.report("a", OLD);
        clock.pass(Duration.ofSeconds(10));
        table.touch("a");
        clock.pass(Duration.ofSeconds(10));

        // When
        boolean news = table.expire(pod -> true);

        // Then
        assertThat(news).isFalse();
        assertThat(table.fresh()).containsOnlyKeys("a");
    }

    @Test
    void tellsPeersOnlyWhatCameBehindTheirCursor() {
        // Given
        table.report("a", OLD);
        table.report("b", OLD);
        PeerPage first = table.page(0, 10);
        table.report("b", NEW);

        // When
        PeerPage second = table.page(first.version(), 10);

        // Then
        assertThat(first.pods()).extracting(PeerPage.Heard::pod).containsExactly("a", "b");
        assertThat(second.pods()).extracting(PeerPage.Heard::pod).containsExactly("b");
        assertThat(table.page(second.version(), 10).pods()).isEmpty();
    }

    @Test
    void tellsInPagesWhatIsTooMuchForOne() {
        // Given
        for (int i = 0; i < 25; i++) {
            table.report("pod-" + i, OLD);
        }
        PeerPage first = table.page(0, 10);
        PeerPage second = table.page(first.version(), 10);

        // When
        PeerPage third = table.page(second.version(), 10);

        // Then
        assertThat(List.of(first.pods().size(), second.pods().size(), third.pods().size())).containsExactly(10, 10, 5);
    }

    @Test
    void doesNotTellPeersWhatPeersTold() {
        // Given
        table.merge(page("a", Duration.ZERO, OLD));

        // When
        PeerPage page = table.page(0, 10);

        // Then
        assertThat(page.pods()).isEmpty();
    }

    @Test
    void takesTheLaterOfTwoReplicas() {
        // Given
        table.report("a", NEW);
        clock.pass(Duration.ofSeconds(2));

        // When
        boolean olderIsNews = table.merge(page("a", Duration.ofSeconds(5), OLD));
        boolean newerIsNews = table.merge(page("a", Duration.ofSeconds(1), OLD));

        // Then
        assertThat(olderIsNews).isFalse();
        assertThat(newerIsNews).isTrue();
        assertThat(table.fresh().get("a").report()).isEqualTo(OLD);
        assertThat(table.fresh().get("a").age()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void countsWhatAPeerHeardLongAgoAsNotHeard() {
        // When
        boolean news = table.merge(page("a", AGE.plusSeconds(1), OLD));

        // Then
        assertThat(news).isFalse();
        assertThat(table.fresh()).isEmpty();
    }

    @Test
    void startsAgainForACursorOfAnotherInstance() {
        // Given
        table.report("a", OLD);

        // When
        long since = PeerPage.version("another:7", table.instance());

        // Then
        assertThat(since).isZero();
        assertThat(PeerPage.version(table.page(0, 10).cursor(), table.instance())).isEqualTo(1);
    }

    @Test
    void pagesCrossAsBytes() throws Exception {
        // Given
        PeerPage page = new PeerPage("i", 7, List.of(
                new PeerPage.Heard("a", Duration.ofMillis(1234),
                        new GuardrailReport("boot", List.of(1, 2), "sha256:x", "sha256:y", -1, null, List.of(), null)),
                new PeerPage.Heard("b", Duration.ZERO,
                        new GuardrailReport("boot", List.of(), null, null, 9, null, List.of(),
                                new EgressLockReport(true, Instant.ofEpochMilli(9), "operator: refused"))),
                new PeerPage.Heard("c", Duration.ZERO, new GuardrailReport("boot", List.of(), null, null, 9, null,
                        List.of(new ChangedDefinition("files", "read", "missing", Instant.ofEpochMilli(7))), null))));

        // When
        PeerPage read = PeerPage.read(page.write());

        // Then
        assertThat(read).isEqualTo(page);
    }
}
