package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.Conditions;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.it.cluster.SteadyAgent.Call;
import dev.chaperone.it.cluster.SteadyAgent.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Oversight that lapses narrows what an agent may do, with nobody alive to order it, and comes back by itself. */
class OversightIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** As many as a small node takes; how it is with hundreds says a measurement. */
    private static final int AT_ONCE = 12;
    /** The heartbeat's age, its grace, and the time between two calls and their log. */
    private static final Duration NARROWED_WITHIN = Duration.ofSeconds(30 + 15 + 15);

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private PlatformAdmin admin;
    private SteadyAgent agent;
    private int restartsBefore;

    @BeforeEach
    void anAgentWithThreePodsCalls() {
        admin = cluster.platformAdmin();
        agent = SteadyAgent.begins(cluster);
        agent.isScaledTo(3);
        agent.obeys(1);
        restartsBefore = restarts();
    }

    @AfterEach
    void nothingIsRequiredAndEverythingRuns() throws Exception {
        for (Pod pod : agent.pods()) {
            admin.node().reconnectsToOperator(pod);
        }
        cluster.client().resources(OversightPolicy.class).inNamespace(SteadyAgent.NAMESPACE).delete();
        cluster.client().resources(ClusterOversightPolicy.class).delete();
        admin.uncordonsNode();
        admin.healsAll();
        agent.isScaledTo(1);
    }

    @Test
    void aGuardrailThatNobodyHearsNarrowsAloneAndHealsWhenItIsHeardAgain() throws Exception {
        // Given
        theHeartbeatIsRequired();
        List<Pod> pods = agent.pods();
        Pod cutOff = pods.getFirst();
        Instant begin = Instant.now();

        // When
        admin.node().cutsOffFromOperator(cutOff);

        // Then
        Instant narrowed = awaitCall(cutOff, begin, OversightIT::isLapsed, NARROWED_WITHIN);
        awaitState("monitoring.heartbeat", State.LAPSED);
        OversightRequirement lapsed = Awaitility.await("it is said what is narrowed").atMost(SOON)
                .until(() -> requirement("monitoring.heartbeat"), found -> found.narrowed() != null);
        assertThat(lapsed.pods()).containsExactly(cutOff.getMetadata().getName());
        assertThat(lapsed.narrowed()).containsExactly("Deny everything/* of High stakes");
        assertThat(overseen()).isEqualTo(Conditions.REASON_NARROWED);
        Instant back = Instant.now();
        admin.node().reconnectsToOperator(cutOff);
        Instant healed = awaitCall(cutOff, back, call -> call.outcome() == Outcome.ALLOWED, SOON);
        awaitState("monitoring.heartbeat", State.MET);
        Awaitility.await("events tell").atMost(SOON).untilAsserted(() -> assertThat(events())
                .extracting(Event::getReason).contains("OversightLapsed", "OversightNarrowed", "OversightRestored"));
        for (Pod sibling : pods.subList(1, 3)) {
            assertThat(agent.calls(sibling)).noneMatch(OversightIT::isLapsed);
        }
        assertThat(restarts()).isEqualTo(restartsBefore);
        System.out.println("cut off: narrowed after " + between(begin, narrowed) + ", reconnected: healed after "
                + between(back, healed));
    }

    @Test
    void whenNoOperatorIsLeftEveryGuardrailNarrowsAtTheEndOfItsLeaseAndHealsAfterwards() throws Exception {
        // Given
        theHeartbeatIsRequired();
        Instant begin = Instant.now();

        // When
        admin.scalesOperator(0);

        // Then
        for (Pod pod : agent.pods()) {
            Instant narrowed = awaitCall(pod, begin, OversightIT::isLapsed, NARROWED_WITHIN.plusSeconds(15));
            System.out.println("no operator: narrowed after " + between(begin, narrowed));
        }
        Instant back = Instant.now();
        admin.scalesOperator(2);
        for (Pod pod : agent.pods()) {
            Instant healed = awaitCall(pod, back, call -> call.outcome() == Outcome.ALLOWED, SOON);
            System.out.println("operator back: healed after " + between(back, healed));
        }
        awaitState("monitoring.heartbeat", State.MET);
        assertThat(restarts()).isEqualTo(restartsBefore);
    }

    @Test
    void nobodyIsNarrowedWhoShouldNotBeWhateverHappensToOperatorsAndPods() throws Exception {
        // Given
        heartbeatAndReviewAreRequired();
        Instant begin = Instant.now();

        // When
        admin.killsOperatorPod(admin.leader());
        admin.waitsForOperator();
        admin.restartsOperator();
        agent.isScaledTo(0);
        awaitState("monitoring.heartbeat", State.NOT_APPLICABLE);
        agent.isScaledTo(3);
        agent.obeys(1);

        // Then
        assertNobodyIsNarrowedSince(begin);
    }

    @Test
    void nobodyIsNarrowedWhenTheNodeIsDrained() throws Exception {
        // Given
        heartbeatAndReviewAreRequired();
        List<Pod> before = agent.pods();
        Instant begin = Instant.now();

        // When
        List<String> stayed = admin.drainsNode(SteadyAgent.NAMESPACE, InstalledCluster.OPERATOR_NAMESPACE);

        // Then
        assertThat(stayed).as("one replica of the operator").hasSize(1);
        awaitState("monitoring.heartbeat", State.NOT_APPLICABLE);
        admin.uncordonsNode();
        agent.waitsForPods(3);
        agent.obeys(1);
        assertThat(agent.pods()).doesNotContainAnyElementsOf(before);
        assertNobodyIsNarrowedSince(begin);
    }

    @Test
    void nobodyIsNarrowedWhenManyPodsBeginAtOnce() throws Exception {
        // Given
        heartbeatAndReviewAreRequired();
        Instant begin = Instant.now();

        // When
        agent.isScaledTo(AT_ONCE);

        // Then
        assertNobodyIsNarrowedSince(begin);
        System.out.println("all at once: " + agent.callsSince(begin).stream().collect(
                Collectors.groupingBy(call -> call.outcome() + " " + call.text(), TreeMap::new,
                        Collectors.counting())));
    }

    private void heartbeatAndReviewAreRequired() {
        cluster.apply("oversight-heartbeat.yaml", Map.of());
        cluster.apply("oversight-review.yaml", Map.of());
        awaitState("monitoring.heartbeat", State.MET);
        awaitState("review", State.MET);
        agent.isSaidToObey();
    }

    // A guardrail that has not heard of the requirement when it is cut off never narrows.
    private void theHeartbeatIsRequired() {
        cluster.apply("oversight-heartbeat.yaml", Map.of());
        awaitState("monitoring.heartbeat", State.MET);
        agent.isSaidToObey();
    }

    private void assertNobodyIsNarrowedSince(Instant begin) throws InterruptedException {
        awaitState("monitoring.heartbeat", State.MET);
        Thread.sleep(Duration.ofSeconds(20));
        assertThat(agent.callsSince(begin)).isNotEmpty();
        assertThat(agent.callsSince(begin).stream().filter(OversightIT::isLapsed)).isEmpty();
        assertThat(events().stream().filter(event -> isSince(event, begin)).map(Event::getReason))
                .doesNotContain("OversightLapsed", "OversightNarrowed");
    }

    @Test
    void whenNobodyMayDecideAnyMoreTheAgentIsNarrowedUntilSomebodyMay() throws Exception {
        // Given
        cluster.apply("oversight-review.yaml", Map.of());
        awaitState("review", State.MET);
        Pod pod = agent.pods().getFirst();
        Instant begin = Instant.now();

        // When
        cluster.client().rbac().roleBindings().inNamespace(SteadyAgent.NAMESPACE).withName("reviewers").delete();

        // Then
        Instant narrowed = awaitCall(pod, begin, OversightIT::isLapsed, SOON);
        OversightRequirement review = Awaitility.await("it is said").atMost(SOON)
                .until(() -> requirement("review"), found -> found.narrowed() != null);
        assertThat(review.message()).isEqualTo(
                "0 of at least 1 may decide toolcallreviews in steady; not Group steady-reviewers");
        assertThat(review.pods()).isNull();
        Call seen = agent.calls(pod).stream().filter(OversightIT::isLapsed).findFirst().orElseThrow();
        assertThat(seen.text()).startsWith("Denied (oversight_lapsed)").doesNotContain("reviewers");
        Instant back = Instant.now();
        cluster.apply("oversight-review.yaml", Map.of());
        Instant healed = awaitCall(pod, back, call -> call.outcome() == Outcome.ALLOWED, SOON);
        awaitState("review", State.MET);
        System.out.println("no reviewers: narrowed after " + between(begin, narrowed) + ", back: healed after "
                + between(back, healed) + "; the agent saw: " + seen.text());
    }

    @Test
    void anAgentThatIsOnlyWatchedIsNotBlocked() {
        // Given
        Pod pod = agent.pods().getFirst();
        assertThat(agent.calls(pod)).anyMatch(call -> isOf(call, "never") && call.outcome() == Outcome.DENIED);
        Instant begin = Instant.now();

        // When
        cluster.apply("oversight-audit.yaml", Map.of());

        // Then
        awaitCall(pod, begin, call -> isOf(call, "never") && call.outcome() == Outcome.ALLOWED, SOON);
        Awaitility.await("it is said").atMost(SOON)
                .until(() -> steady().getStatus().posture() == EnforcementMode.AUDIT);
        assertThat(agent.guardrailLog(pod)).anyMatch(
                line -> line.contains("\"verdict\":\"Allow\"") && line.contains("\"wouldVerdict\":\"Deny\""));
        Instant back = Instant.now();
        cluster.client().resources(ClusterOversightPolicy.class).withName("watch-only").delete();
        awaitCall(pod, back, call -> isOf(call, "never") && call.outcome() == Outcome.DENIED, SOON);
    }

    @Test
    void podsOfAnExemptServiceAccountAreNotGuardedWhileItIsExempt() {
        // When
        cluster.apply("oversight-exempt.yaml", Map.of());

        // Then
        awaitGuarded("database", false);
        assertThat(NewPods.isGuarded(NewPods.create(cluster.client(), "other", "default"))).isTrue();
        cluster.client().resources(ClusterOversightPolicy.class).withName("exempt").delete();
        awaitGuarded("database", true);
    }

    private static void awaitGuarded(String serviceAccount, boolean guarded) {
        Awaitility.await("guarded: " + guarded).atMost(SOON).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> NewPods.isGuarded(NewPods.create(cluster.client(), "new", serviceAccount)) == guarded);
    }

    private static boolean isOf(Call call, String message) {
        return call.message().equals(message);
    }

    private static boolean isLapsed(Call call) {
        return call.text().contains("oversight_lapsed");
    }

    private static String between(Instant one, Instant other) {
        return Duration.between(one, other).toMillis() / 100 / 10.0 + " s";
    }

    /** Waits for such a call of a message that the policy allows, or of any that the predicate tells; says when it was. */
    private Instant awaitCall(Pod pod, Instant since, Predicate<Call> such, Duration atMost) {
        return Awaitility.await("such a call").atMost(atMost.plus(Duration.ofSeconds(10)))
                .pollInterval(Duration.ofMillis(500)).ignoreExceptions()
                .until(() -> agent.calls(pod).stream()
                        .filter(call -> call.at().isAfter(since) && such.test(call)).map(Call::at).findFirst()
                        .orElse(null), Objects::nonNull);
    }

    private static Agent steady() {
        return cluster.client().resources(Agent.class).inNamespace(SteadyAgent.NAMESPACE)
                .withName(SteadyAgent.NAMESPACE).get();
    }

    private static String overseen() {
        return steady().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(Conditions.OVERSEEN)).findFirst().orElseThrow()
                .getReason();
    }

    private static OversightRequirement requirement(String name) {
        return Stream.ofNullable(steady().getStatus().oversight()).flatMap(List::stream)
                .filter(each -> each.requirement().equals(name)).findFirst().orElse(null);
    }

    private static void awaitState(String name, State state) {
        Awaitility.await(name + " is " + state).atMost(SOON).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> requirement(name).state() == state);
    }

    private static List<Event> events() {
        return cluster.client().events().v1().events().inNamespace(SteadyAgent.NAMESPACE).list().getItems();
    }

    private static boolean isSince(Event event, Instant begin) {
        return event.getEventTime() != null && !Instant.parse(event.getEventTime().getTime()).isBefore(begin);
    }

    private int restarts() {
        return agent.pods().stream().flatMap(pod -> pod.getStatus().getInitContainerStatuses().stream())
                .mapToInt(status -> status.getRestartCount()).sum();
    }
}
