package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Agent;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.ToolPolicy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The leader ends in the middle of its work, or does not know that it leads no longer. */
class LeaderFaultsIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int AGENTS = 20;
    private static final int KILLS = 3;

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
        // Of the story before: they are collected one after the other.
        Awaitility.await("it is alone").atMost(SOON)
                .until(() -> byName(Agent.class).size() == 1 && byName(GuardrailConfig.class).size() == 1);
        begin = Instant.now();
    }

    @AfterEach
    void everythingRunsAgain() throws Exception {
        cluster.client().apps().deployments().inNamespace(SteadyAgent.NAMESPACE).withLabel("app", "idle").delete();
        cluster.client().resources(ToolPolicy.class).inNamespace(SteadyAgent.NAMESPACE).withLabel("app", "idle")
                .delete();
        admin.healsAll();
    }

    @Test
    void aLeaderKilledAtWorkLosesAndLeavesNothingHalfDone() throws Exception {
        // When
        for (int kill = 1; kill <= KILLS; kill++) {
            String edition = String.valueOf(kill + 1);
            for (int number = 1; number <= AGENTS; number++) {
                if (number == AGENTS / 2) {
                    // The policy that pods feel is edited among the others.
                    agent.isEdited(kill + 1);
                }
                isTaken("idle-" + number, edition);
            }
            admin.signalsOperator(admin.leader(), "KILL");
            agent.obeys(kill + 1);
        }

        // Then
        Awaitility.await("all is as the last edit says").atMost(SOON)
                .ignoreExceptionsInstanceOf(NullPointerException.class).untilAsserted(this::everythingIsConsistent);
        agent.isSaidToObey();
        SteadyAgent.assertDecided(agent.callsSince(begin), 1);
    }

    // The replica that answers may be one that was killed a moment ago.
    private static void isTaken(String idle, String edition) {
        Awaitility.await(idle + " is taken").atMost(SOON).ignoreExceptions().until(() -> {
            cluster.apply("idle-agent.yaml", Map.of("name", idle, "edition", edition));
            return true;
        });
    }

    private void everythingIsConsistent() {
        Map<String, Agent> agents = byName(Agent.class);
        Map<String, GuardrailConfig> configs = byName(GuardrailConfig.class);
        assertThat(agents).hasSize(AGENTS + 1);
        assertThat(configs.keySet()).isEqualTo(agents.keySet());
        agents.forEach((name, found) -> {
            GuardrailConfig config = configs.get(name);
            assertThat(owners(found)).containsExactly("Deployment/" + name);
            assertThat(owners(config)).containsExactly("Agent/" + name);
            assertThat(config.getMetadata().getOwnerReferences().getFirst().getUid())
                    .isEqualTo(found.getMetadata().getUid());
            assertThat(found.getStatus().revision()).isEqualTo(config.getSpec().revision());
            assertThat(found.getStatus().policies()).contains("ToolPolicy/" + SteadyAgent.NAMESPACE + "/" + name);
        });
        assertThat(byName(ToolPolicy.class)).hasSize(AGENTS + 1).allSatisfy((name, policy) -> {
            assertThat(policy.getStatus().observedGeneration()).isEqualTo(policy.getMetadata().getGeneration());
            assertThat(policy.getStatus().acceptedGeneration()).isEqualTo(policy.getMetadata().getGeneration());
        });
    }

    private static List<String> owners(HasMetadata resource) {
        return resource.getMetadata().getOwnerReferences().stream()
                .map((OwnerReference owner) -> owner.getKind() + "/" + owner.getName()).toList();
    }

    private static <T extends HasMetadata> Map<String, T> byName(Class<T> type) {
        return cluster.client().resources(type).inNamespace(SteadyAgent.NAMESPACE).list().getItems().stream()
                .collect(Collectors.toMap(resource -> resource.getMetadata().getName(), Function.identity()));
    }

    @Test
    void aLeaderThatStoodStillWritesNothingMoreAndEnds() throws Exception {
        // Given
        String old = admin.leader();
        int restarts = admin.operatorRestarts(old);
        admin.signalsOperator(old, "STOP");
        String leader = admin.leaderOtherThan(old);
        agent.isEdited(2);
        agent.obeys(2);
        Map<String, String> versions = versions();

        // When
        Instant woken = Instant.now();
        admin.signalsOperator(old, "CONT");

        // Then
        Awaitility.await("it ends").atMost(SOON).until(() -> {
            assertThat(admin.leader()).isEqualTo(leader);
            return admin.operatorRestarts(old) > restarts;
        });
        assertThat(admin.logBeforeTheEnd(old)).filteredOn(line -> Instant.parse(line.split(" ")[0]).isAfter(woken))
                .noneMatch(line -> line.contains("Apply") || line.contains("Delete"));
        assertThat(versions()).isEqualTo(versions);
        agent.isEdited(3);
        agent.obeys(3);
        agent.isSaidToObey();
        SteadyAgent.assertDecided(agent.callsSince(begin), 1);
    }

    /** Of the configs, which nobody writes without an edit. */
    private static Map<String, String> versions() {
        return byName(GuardrailConfig.class).values().stream().collect(
                Collectors.toMap(
                        config -> config.getMetadata().getName(),
                        config -> config.getMetadata().getGeneration() + " " + config.getSpec().revision()));
    }
}
