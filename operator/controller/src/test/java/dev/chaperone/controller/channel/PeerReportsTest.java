package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.LeaseGrants;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TestKeys.Certified;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas of one operator, on real TLS. */
class PeerReportsTest {
    // As the operator makes them: replicas are asked by addresses that no certificate names.
    private static final Certified CERTIFIED = Certified.of("dns:" + TestKeys.SERVICE);
    private static final PeerKey KEY = PeerKey
            .of("a secret of the operator".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    private static final AgentId CODER = new AgentId("dev", "coder");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final TestDirectory directory = new TestDirectory();
    private final Set<InetSocketAddress> peers = new CopyOnWriteArraySet<>();
    private final GuardrailReports leader = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));

    private <T extends AutoCloseable> T opened(T closeable) {
        open.addFirst(closeable);
        return closeable;
    }

    @BeforeAll
    static void waitsPatiently() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void putPods() {
        for (int i = 0; i < 2000; i++) {
            directory.put(new PodFacts("dev", "coder-" + i, "uid-" + i, "robot", CODER, null));
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private GuardrailReports replica() throws Exception {
        GuardrailReports reports = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));
        serve(reports, new TestKeys(CERTIFIED));
        return reports;
    }

    private ChannelServer serve(GuardrailReports reports, TestKeys keys) throws Exception {
        ChannelServer server = opened(new ChannelServer(ChannelSettings.DEFAULT.withPort(0), keys, directory,
                new TestTokens(), reports, LeaseGrants.NONE, () -> KEY,
                TestEvidence.none(), new ChannelMetrics(new PrometheusRegistry())));
        server.start();
        peers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        return server;
    }

    private PeerReports lead(PeerKey key, Certified trusted, String service) {
        PeerReports asking = opened(new PeerReports(() -> peers, leader, () -> key, service,
                () -> List.of(trusted.certificate()), new ChannelMetrics(new PrometheusRegistry())));
        asking.start();
        return asking;
    }

    private PeerReports lead() {
        return lead(KEY, CERTIFIED, TestKeys.SERVICE);
    }

    private static GuardrailReport report(String revision) {
        return new GuardrailReport(ChannelClient.BOOT, List.of(1), revision, null, 1, null, List.of(), null);
    }

    private String revisionOf(String pod) {
        var report = leader.reports().get(pod);
        return report == null ? null : report.revision();
    }

    @Test
    void bringsWhatOtherReplicasHeardBeforeAndAfter() throws Exception {
        // Given
        GuardrailReports first = replica();
        GuardrailReports second = replica();
        first.report("uid-1", report("a"));
        lead();
        await().until(() -> "a".equals(revisionOf("uid-1")));

        // When
        second.report("uid-2", report("b"));
        first.report("uid-1", report("c"));

        // Then
        await().until(() -> "b".equals(revisionOf("uid-2")));
        await().until(() -> "c".equals(revisionOf("uid-1")));
    }

    @Test
    void bringsHeartbeats() throws Exception {
        // Given
        GuardrailReports replica = replica();
        replica.report("uid-1", report("a"));
        lead();
        await().until(() -> leader.reports().containsKey("uid-1"));
        var before = leader.reports().get("uid-1").lastSeen();

        // When
        replica.report("uid-1", report("a"));

        // Then
        await().until(() -> leader.reports().get("uid-1").lastSeen().isAfter(before));
    }

    @Test
    void bringsMoreThanAPageHolds() throws Exception {
        // Given
        GuardrailReports replica = replica();
        for (int i = 0; i < 2000; i++) {
            replica.report("uid-" + i, report("a"));
        }

        // When
        lead();

        // Then
        await().until(() -> leader.reports().size() == 2000);
    }

    @Test
    void tellsListenersOfABurstFewTimes() throws Exception {
        // Given
        GuardrailReports replica = replica();
        lead();
        var told = new AtomicInteger();
        leader.onChange(told::incrementAndGet);

        // When
        for (int i = 0; i < 2000; i++) {
            replica.report("uid-" + i, report("a"));
        }

        // Then
        await().until(() -> leader.reports().size() == 2000);
        assertThat(told.get()).isLessThan(200);
    }

    @Test
    void startsAgainWithARestartedReplica() throws Exception {
        // Given
        GuardrailReports before = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));
        for (int i = 0; i < 100; i++) {
            before.report("uid-" + i, report("a"));
        }
        ChannelServer server = serve(before, new TestKeys(CERTIFIED));
        int port = server.port();
        lead();
        await().until(() -> leader.reports().size() == 100);
        server.close();
        GuardrailReports after = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));
        after.report("uid-1", report("b"));

        // When
        opened(new ChannelServer(ChannelSettings.DEFAULT.withPort(port), new TestKeys(CERTIFIED), directory,
                new TestTokens(), after, LeaseGrants.NONE, () -> KEY,
                TestEvidence.none(), new ChannelMetrics(new PrometheusRegistry())))
                .start();

        // Then
        await().until(() -> "b".equals(revisionOf("uid-1")));
    }

    @Test
    void goesOnWhenOneReplicaCannotBeAsked() throws Exception {
        // Given
        peers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        GuardrailReports replica = replica();
        lead();

        // When
        replica.report("uid-1", report("a"));

        // Then
        await().until(() -> "a".equals(revisionOf("uid-1")));
    }

    @Test
    void asksNobodyOnceItDoesNotLead() throws Exception {
        // Given
        GuardrailReports replica = replica();
        replica.report("uid-1", report("a"));
        PeerReports asking = lead();
        await().until(() -> leader.reports().containsKey("uid-1"));
        asking.stop();
        replica.report("uid-1", report("b"));

        // When
        asking.start();

        // Then
        await().until(() -> "b".equals(revisionOf("uid-1")));
    }

    @Test
    void believesNoReplicaWithAnothersCertificate() throws Exception {
        // Given
        var metrics = new PrometheusRegistry();
        GuardrailReports impostor = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));
        impostor.report("uid-1", report("evil"));
        serve(impostor, new TestKeys(Certified.ofService()));
        GuardrailReports otherService = opened(new GuardrailReports(directory, Duration.ofSeconds(15)));
        otherService.report("uid-2", report("evil"));
        Certified elsewhere = Certified.of("dns:other.chaperone-system.svc");
        serve(otherService, new TestKeys(elsewhere));

        // When
        PeerReports asking = opened(new PeerReports(() -> peers, leader, () -> KEY, TestKeys.SERVICE,
                () -> List.of(CERTIFIED.certificate(), elsewhere.certificate()), new ChannelMetrics(metrics)));
        asking.start();

        // Then
        await().until(() -> polls(metrics, "failed") >= 4);
        assertThat(polls(metrics, "answered")).isZero();
        assertThat(leader.reports()).isEmpty();
    }

    @Test
    void isToldNothingWithoutTheKey() throws Exception {
        // Given
        var metrics = new PrometheusRegistry();
        replica().report("uid-1", report("a"));

        // When
        PeerReports asking = opened(new PeerReports(() -> peers, leader, () -> PeerKey.of(new byte[32]),
                TestKeys.SERVICE, () -> List.of(CERTIFIED.certificate()), new ChannelMetrics(metrics)));
        asking.start();

        // Then
        await().until(() -> polls(metrics, "failed") >= 2);
        assertThat(leader.reports()).isEmpty();
    }

    private static double polls(PrometheusRegistry metrics, String outcome) {
        return metrics.scrape(name -> name.equals("chaperone_channel_peer_polls")).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .filter(point -> outcome.equals(point.getLabels().get("outcome")))
                .mapToDouble(
                        point -> ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot) point)
                                .getValue())
                .sum();
    }
}
