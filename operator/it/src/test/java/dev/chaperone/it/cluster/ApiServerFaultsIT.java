package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The API server is away or slow, or the whole node was: agents go on under what was decided last. */
class ApiServerFaultsIT {
    private static final Duration OUTAGE = Duration.ofSeconds(60);
    private static final Duration SLOWNESS = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMinutes(2);

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private PlatformAdmin admin;
    private SteadyAgent agent;
    private Instant begin;

    @BeforeEach
    void anAgentCalls() {
        admin = cluster.platformAdmin();
        assertThat(admin.node().isOurs()).isTrue();
        agent = SteadyAgent.begins(cluster);
        begin = Instant.now();
    }

    @AfterEach
    void everythingRunsAgain() throws Exception {
        admin.healsAll();
    }

    @Test
    void whileTheApiServerStandsStillTheLastGoodConfigDecides() throws Exception {
        // Given
        int restarts = admin.operatorRestarts();

        // When
        admin.node().stopsApiServer();
        Thread.sleep(OUTAGE);
        Instant end = Instant.now();
        admin.node().continuesApiServer();

        // Then
        admin.waitsForOperator();
        agent.isEdited(2);
        agent.obeys(2);
        agent.isSaidToObey();
        List<SteadyAgent.Call> calls = agent.callsSince(begin);
        SteadyAgent.assertDecided(
                calls.stream().filter(call -> call.at().isBefore(end)).toList(), (int) OUTAGE.toSeconds());
        SteadyAgent.assertDecidedOrUnreachable(calls);
        assertThat(admin.leader()).isNotEmpty();
        assertThat(admin.operatorRestarts() - restarts).as("restarts").isLessThanOrEqualTo(2);
    }

    @Test
    void editsGetThroughASlowApiServerAndNoPodWithoutItsGuardrail() throws Exception {
        // Given
        CompletableFuture<Void> slowness = CompletableFuture.runAsync(() -> {
            try {
                admin.node().slowsApiServer(SLOWNESS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });

        // When
        Instant end;
        try (NewPods pods = NewPods.begin(cluster.client())) {
            agent.isEdited(2);
            agent.obeys(2);
            slowness.join();
            end = Instant.now();

            // Then
            assertThat(pods.unguarded()).isZero();
            Awaitility.await("pods are created").atMost(SOON).until(() -> pods.guarded() > 0);
        }
        List<SteadyAgent.Call> calls = agent.callsSince(begin);
        assertThat(calls).hasSizeGreaterThan((int) SLOWNESS.toSeconds());
        SteadyAgent.assertDecidedOrUnreachable(calls);
        assertThat(calls).filteredOn(call -> call.message().equals("2") && call.at().isBefore(end))
                .anyMatch(call -> call.outcome() == SteadyAgent.Outcome.ALLOWED);
        agent.isSaidToObey();
    }

    @Test
    void afterTheNodeRestartsEveryPodIsGuardedAsBefore() {
        // When
        admin.node().restarts();

        // Then
        Awaitility.await("the API server answers").atMost(SOON).ignoreExceptions()
                .until(() -> !agent.pods().isEmpty());
        admin.waitsForOperator();
        agent.waitsForPods(1);
        agent.obeys(1);
        agent.isSaidToObey();
        agent.isEdited(2);
        agent.obeys(2);
        assertThat(agent.pods()).allMatch(NewPods::isGuarded);
        SteadyAgent.assertNothingElseAllowed(agent.callsSince(begin));
        cluster.agentOwner().waitsForPods(1);
        Awaitility.await("pods are taken").atMost(SOON).ignoreExceptions().until(
                () -> NewPods.isGuarded(NewPods.create(cluster.client(), "after-restart")));
    }
}
