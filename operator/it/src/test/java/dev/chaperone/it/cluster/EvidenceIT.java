package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Agent;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.audit.ChainPosition.Link;
import dev.chaperone.it.cluster.SteadyAgent.Call;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Audit trails arrive, whole, whatever is down meanwhile; and an agent whose trail does not is narrowed. */
class EvidenceIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Duration OUTAGE = Duration.ofSeconds(
            Long.parseLong(System.getenv().getOrDefault("CHAPERONE_OUTAGE_SECONDS", "60")));

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private PlatformAdmin admin;
    private Collector collector;
    private SteadyAgent agent;

    @BeforeEach
    void trailsGoToACollector() {
        admin = cluster.platformAdmin();
        collector = Collector.begins(cluster);
        admin.sendsTrailsTo(Collector.ENDPOINT);
        agent = SteadyAgent.begins(cluster);
        cluster.apply("oversight-trail.yaml", Map.of());
        awaitState(State.MET);
    }

    @AfterEach
    void everythingIsAsItWas() throws Exception {
        cluster.client().resources(OversightPolicy.class).inNamespace(SteadyAgent.NAMESPACE).delete();
        admin.sendsTrailsTo("");
        admin.healsAll();
        collector.ends();
    }

    @Test
    void aCollectorThatIsDownNarrowsTheAgentAndHasEveryRecordAfterwards() throws Exception {
        // Given
        Pod pod = agent.pods().getFirst();
        Instant begin = Instant.now();

        // When
        collector.isDown();

        // Then
        Instant narrowed = awaitLapsedCall(pod, begin, true);
        awaitState(State.LAPSED);
        assertThat(requirement().reason()).isEqualTo("NotAcknowledged");
        Thread.sleep(OUTAGE);
        collector.isUp();
        Instant back = Instant.now();
        Instant healed = awaitLapsedCall(pod, back, false);
        awaitState(State.MET);
        assertEverythingArrives(pod);
        System.out.println("collector down: narrowed after " + seconds(begin, narrowed) + ", up again: healed after "
                + seconds(back, healed));
    }

    @Test
    void replicasThatComeAndGoAndGuardrailsThatAreKilledLoseNoRecord() throws Exception {
        // Given
        Pod pod = agent.pods().getFirst();
        AgentOwner owner = new AgentOwner(cluster.client(), SteadyAgent.NAMESPACE);
        int restarts = owner.guardrailRestarts(pod);

        // When
        admin.restartsOperator();
        admin.node().signalsJavaOf(pod, "KILL");
        Awaitility.await("it was started anew").atMost(SOON).until(() -> owner.guardrailRestarts(pod) > restarts);
        agent.waitsForPods(1);
        admin.killsOperatorPod(admin.leader());
        admin.waitsForOperator();
        Thread.sleep(Duration.ofSeconds(10));

        // Then
        assertEverythingArrives(pod);
        assertThat(boots(pod)).hasSizeGreaterThan(1);
        awaitState(State.MET);
    }

    /** What the guardrail wrote up to now is at the collector, and follows itself. */
    private void assertEverythingArrives(Pod pod) {
        List<String> written = Awaitility.await("it has written").atMost(SOON).ignoreExceptions().until(
                () -> agent.guardrailLog(pod).stream().filter(line -> line.startsWith("{")).toList(),
                lines -> !lines.isEmpty());
        Awaitility.await("everything arrives").atMost(SOON).pollInterval(Duration.ofSeconds(2)).ignoreExceptions()
                .untilAsserted(() -> {
                    List<AuditLine> lines = collector.lines();
                    assertThat(lines).extracting(AuditLine::digest)
                            .contains(AuditLine.read(written.getLast().getBytes(StandardCharsets.UTF_8)).digest());
                    Map<String, List<AuditLine>> byBoot = new LinkedHashMap<>();
                    lines.forEach(line -> byBoot.computeIfAbsent(line.boot(), _ -> new ArrayList<>()).add(line));
                    for (String boot : boots(pod)) {
                        assertThat(byBoot.get(boot)).as(boot).isNotNull();
                        assertFollowsItself(byBoot.get(boot));
                    }
                });
    }

    /**
     * Lines may come again, when an answer was lost, and nothing else. What was acknowledged before there was a collector
     * lies elsewhere.
     */
    private static void assertFollowsItself(List<AuditLine> lines) {
        ChainPosition position = lines.getFirst().position();
        for (AuditLine line : lines) {
            Link link = position.link(line);
            assertThat(link).as("line %d", line.sequence()).isIn(Link.CONTINUES, Link.BEHIND);
            position = link == Link.CONTINUES ? line.position() : position;
        }
    }

    private List<String> boots(Pod pod) throws Exception {
        return collector.lines().stream()
                .filter(line -> line.record().path("session").asText().equals(pod.getMetadata().getUid()))
                .map(AuditLine::boot).distinct().toList();
    }

    private Instant awaitLapsedCall(Pod pod, Instant since, boolean lapsed) {
        return Awaitility.await("such a call").atMost(SOON).pollInterval(Duration.ofMillis(500)).ignoreExceptions()
                .until(() -> agent.calls(pod).stream()
                        .filter(call -> call.at().isAfter(since) && isLapsed(call) == lapsed
                                && call.message().equals("steady"))
                        .map(Call::at).findFirst().orElse(null), Objects::nonNull);
    }

    private static boolean isLapsed(Call call) {
        return call.text().contains("oversight_lapsed");
    }

    private static String seconds(Instant one, Instant other) {
        return Duration.between(one, other).toMillis() / 100 / 10.0 + " s";
    }

    private static OversightRequirement requirement() {
        Agent agent = cluster.client().resources(Agent.class).inNamespace(SteadyAgent.NAMESPACE)
                .withName(SteadyAgent.NAMESPACE).get();
        return Stream.ofNullable(agent.getStatus().oversight()).flatMap(List::stream)
                .filter(each -> each.requirement().equals("monitoring.auditTrail")).findFirst().orElse(null);
    }

    private static void awaitState(State state) {
        Awaitility.await("the trail is " + state).atMost(SOON).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> requirement().state() == state);
    }
}
