package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.Agent;
import dev.chaperone.api.Conditions;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens to agents while something is broken, and that it heals by itself. */
class FaultsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String HELLO = "{\"message\":\"hello!\"}";
    private static final String TOO_LONG = "{\"message\":\"" + "x".repeat(101) + "\"}";

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private PlatformAdmin admin;
    private PolicyAuthor author;
    private AgentOwner owner;
    private Pod pod;

    @BeforeEach
    void anAgentMaySayHello() {
        admin = cluster.platformAdmin();
        author = cluster.policyAuthor();
        owner = cluster.agentOwner();
        pod = owner.waitsForPods(1).getFirst();
        author.appliesGoverned(100);
        Awaitility.await("it may say hello").atMost(SOON).ignoreExceptions().until(this::maySayHello);
    }

    @AfterEach
    void everythingRunsAgain() throws Exception {
        admin.showsChannel();
        admin.healsAll();
        owner.isScaledTo(1);
    }

    private boolean maySayHello() throws Exception {
        return !isRefused(owner.agentCalls(pod, "everything", "echo", HELLO));
    }

    private static boolean isRefused(JsonNode result) {
        return result.path("isError").asBoolean() || result.has("exception");
    }

    @Test
    void whileNoOperatorRunsAgentsGoOnAndNewOnesAreRefused() throws Exception {
        // When
        admin.scalesOperator(0);

        // Then
        assertThat(maySayHello()).isTrue();
        assertThatThrownBy(() -> NewPods.create(cluster.client(), "while-down"))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("pods.chaperone.dev");
        admin.scalesOperator(2);
        Awaitility.await("pods are taken again").atMost(SOON).ignoreExceptions()
                .until(() -> NewPods.create(cluster.client(), "when-up") != null);
    }

    @Test
    void webhooksThatAreDeletedAreBackBeforeAnUnguardedPodIsIn() throws Exception {
        // When
        admin.deletesWebhooks();

        // Then
        Awaitility.await("the webhooks are back").atMost(SOON).until(admin::hasWebhooks);
        Awaitility.await("pods are guarded").atMost(SOON).ignoreExceptions().until(
                () -> NewPods.isGuarded(NewPods.create(cluster.client(), "after-deletion")));
    }

    @Test
    void anotherReplicaLeadsWhenTheLeaderDies() throws Exception {
        // Given
        String leader = admin.leader();

        // When
        admin.killsOperatorPod(leader);

        // Then
        author.appliesGoverned(5);
        Awaitility.await("the edit is in force").atMost(SOON).ignoreExceptions().until(() -> !maySayHello());
        assertThat(admin.leaderOtherThan(leader)).isNotEmpty();
        Awaitility.await("the status is true again").atMost(SOON).until(() -> "True".equals(ready().getStatus()));
    }

    @Test
    void aGuardrailThatStandsStillIsSeenAndDecidesNothingByWhatWas() throws Exception {
        // Given
        admin.node().stopsGuardrails();

        // When
        author.appliesGoverned(5);

        // Then
        Awaitility.await("it is not ready").atMost(SOON).untilAsserted(() -> {
            assertThat(ready().getStatus()).isEqualTo("False");
            assertThat(agent().getStatus().programmed()).isEqualTo("0/1");
        });
        admin.node().continuesAll();
        assertThat(maySayHello()).isFalse();
        Awaitility.await("it has caught up").atMost(SOON).until(() -> "1/1".equals(agent().getStatus().programmed()));
    }

    @Test
    void aGuardrailThatCrashesWhileNoOperatorRunsDecidesByItsLastConfig() throws Exception {
        // Given
        admin.scalesOperator(0);
        int restarts = owner.guardrailRestarts(pod);

        // When
        admin.node().signalsJavaOf(pod, "KILL");

        // Then
        Awaitility.await("it was started anew").atMost(SOON).until(() -> owner.guardrailRestarts(pod) > restarts);
        Awaitility.await("it decides").atMost(SOON).ignoreExceptions().until(this::maySayHello);
        assertThat(isRefused(owner.agentCalls(pod, "everything", "echo", TOO_LONG))).isTrue();
    }

    @Test
    void anAgentWhoseGuardrailHasNoConfigDoesNotBegin() throws Exception {
        // Given
        admin.hidesChannel();

        // When
        owner.isScaledTo(2);

        // Then
        Pod second = owner.waitsForGuardrailThatRuns(pod);
        Thread.sleep(Duration.ofSeconds(15));
        assertThat(owner.isBegun(second)).isFalse();
        admin.showsChannel();
        owner.waitsForPods(2);
    }

    @Test
    void aToolThatIsNotAsPinnedIsDeniedUntilItsDefinitionIsPinned() {
        // When
        author.pinsEcho("sha256:" + "0".repeat(64));

        // Then
        Awaitility.await("it is denied").atMost(SOON).ignoreExceptions().until(() -> !maySayHello());
        Condition changed = Awaitility.await("it is said").atMost(SOON).ignoreExceptions()
                .until(FaultsIT::definitionsPinned, condition -> "False".equals(condition.getStatus()));
        assertThat(changed.getReason()).isEqualTo("DefinitionChanged");
        assertThat(changed.getMessage()).contains("echo").containsPattern(DIGEST);
        Awaitility.await("an event tells").atMost(SOON).until(() -> cluster.client().events().v1().events()
                .inNamespace(InstalledCluster.NAMESPACE).list().getItems().stream()
                .anyMatch(event -> "ToolDefinitionChanged".equals(event.getReason())));
        Matcher seen = DIGEST.matcher(changed.getMessage());
        assertThat(seen.find()).isTrue();
        author.pinsEcho(seen.group());
        Awaitility.await("it may say hello").atMost(SOON).ignoreExceptions().until(this::maySayHello);
        Awaitility.await("it is said").atMost(SOON).ignoreExceptions()
                .until(() -> "True".equals(definitionsPinned().getStatus()));
    }

    private static Condition definitionsPinned() {
        return cluster.client().resources(ToolServer.class).inNamespace(InstalledCluster.NAMESPACE)
                .withName("everything").get().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(Conditions.DEFINITIONS_PINNED)).findFirst()
                .orElseThrow();
    }

    private static Agent agent() {
        return cluster.client().resources(Agent.class).inNamespace(InstalledCluster.NAMESPACE).withName("coder").get();
    }

    private static Condition ready() {
        return agent().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(Conditions.READY)).findFirst().orElseThrow();
    }
}
