package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.Agent;
import dev.chaperone.api.Conditions;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.ToolPolicy;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** An agent that calls all the time, in a namespace of its own, and whoever writes its policy. */
final class SteadyAgent {
    static final String NAMESPACE = "steady";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Many at once take a small machine long. */
    private static final Duration STARTING = Duration.ofMinutes(5);

    private final InstalledCluster cluster;
    private final KubernetesClient client;
    private Instant edited = Instant.MIN;

    private SteadyAgent(InstalledCluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    /** What came of a call. */
    enum Outcome {
        ALLOWED, DENIED, FAILED
    }

    /** @param text what the agent was told */
    record Call(String pod, Instant at, String message, Outcome outcome, String text) {}

    /** Begins with one pod; the policy allows the first edition. */
    static SteadyAgent begins(InstalledCluster cluster) {
        SteadyAgent agent = new SteadyAgent(cluster);
        Awaitility.await("it is taken").atMost(PATIENCE).ignoreExceptions().until(() -> {
            agent.cluster.apply("steady-agent.yaml", Map.of());
            return true;
        });
        agent.isEdited(1);
        agent.waitsForPods(1);
        agent.obeys(1);
        return agent;
    }

    /** Its policy is edited, and from now on allows this message instead of another. */
    void isEdited(int edition) {
        Awaitility.await("the edit is taken").atMost(PATIENCE).ignoreExceptions().until(() -> {
            cluster.apply("steady-policy.yaml", Map.of("edition", String.valueOf(edition)));
            return true;
        });
        edited = Instant.now();
    }

    /** Waits until every pod does what the edition says. */
    void obeys(int edition) {
        Awaitility.await("edition " + edition + " is in force").atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500)).ignoreExceptions().until(() -> pods().stream().allMatch(
                        pod -> lastOutcome(pod, String.valueOf(edition)) == Outcome.ALLOWED));
    }

    // Before the edit the same may have been allowed too, by a policy of long ago.
    private @Nullable Outcome lastOutcome(Pod pod, String message) {
        return calls(pod).stream().filter(call -> call.message().equals(message) && call.at().isAfter(edited))
                .map(Call::outcome).reduce((earlier, later) -> later).orElse(null);
    }

    /** Waits until the statuses say so too. */
    void isSaidToObey() {
        Awaitility.await("statuses are true").atMost(PATIENCE).pollInterval(Duration.ofMillis(500))
                .ignoreExceptions().untilAsserted(() -> {
                    int pods = pods().size();
                    ToolPolicy policy = client.resources(ToolPolicy.class).inNamespace(NAMESPACE).withName(NAMESPACE)
                            .get();
                    Agent agent = client.resources(Agent.class).inNamespace(NAMESPACE).withName(NAMESPACE).get();
                    GuardrailConfig config = client.resources(GuardrailConfig.class).inNamespace(NAMESPACE)
                            .withName(NAMESPACE).get();
                    assertThat(policy.getStatus().acceptedGeneration()).isEqualTo(policy.getMetadata().getGeneration());
                    assertThat(agent.getStatus().revision()).isEqualTo(config.getSpec().revision());
                    assertThat(agent.getStatus().programmed()).isEqualTo(pods + "/" + pods);
                    assertThat(isReady(agent.getStatus().conditions())).isTrue();
                    assertThat(isReady(policy.getStatus().conditions())).isTrue();
                });
    }

    static boolean isReady(List<Condition> conditions) {
        return conditions.stream().anyMatch(
                condition -> condition.getType().equals(Conditions.READY) && "True".equals(condition.getStatus()));
    }

    /** So many pods, and waits until they are ready; those that it has remain. */
    void isScaledTo(int replicas) {
        client.apps().deployments().inNamespace(NAMESPACE).withName(NAMESPACE).scale(replicas);
        waitsForPods(replicas);
    }

    void waitsForPods(int count) {
        Awaitility.await("pods are ready").atMost(STARTING).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> pods().size() == count && pods().stream().allMatch(Readiness::isPodReady));
    }

    /** Its pods, the oldest first. */
    List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).withLabel("app", NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .toList();
    }

    static Container guardrail(Pod pod) {
        return pod.getSpec().getInitContainers().stream()
                .filter(container -> container.getName().equals(GuardrailPod.CONTAINER)).findFirst().orElseThrow();
    }

    /** What came of the calls of all pods since then, in the order in which they were made. */
    List<Call> callsSince(Instant begin) {
        return pods().stream().flatMap(pod -> calls(pod).stream()).filter(call -> !call.at().isBefore(begin))
                .sorted(Comparator.comparing(Call::at)).toList();
    }

    /** What the pod's guardrail wrote, its audit trail among it. */
    List<String> guardrailLog(Pod pod) {
        return client.pods().inNamespace(NAMESPACE).withName(pod.getMetadata().getName())
                .inContainer(GuardrailPod.CONTAINER).getLog().lines().toList();
    }

    /** What came of the calls of a pod, in the order in which they were made. */
    List<Call> calls(Pod pod) {
        String name = pod.getMetadata().getName();
        return client.pods().inNamespace(NAMESPACE).withName(name).inContainer("agent").getLog().lines()
                .map(line -> call(name, line)).toList();
    }

    private static Call call(String pod, String line) {
        try {
            JsonNode call = JSON.readTree(line);
            return new Call(
                    pod, Instant.ofEpochMilli(call.path("at").asLong()), call.path("message").asText(),
                    Outcome.valueOf(call.path("outcome").asText()), call.path("text").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(line, e);
        }
    }

    /**
     * Every call was decided, and by the edition before or after an edit: none by an older one or by none at all.
     *
     * @param least so many calls have to have been made
     */
    static void assertDecided(List<Call> calls, int least) {
        assertThat(calls).hasSizeGreaterThan(least).noneMatch(call -> call.outcome() == Outcome.FAILED);
        assertNothingElseAllowed(calls);
    }

    /**
     * As {@link #assertDecided}, but tool servers may have been gone: a node that the API server did not hear of for a
     * while is not ready, and until it is again, no Service leads to its pods.
     */
    static void assertDecidedOrUnreachable(List<Call> calls) {
        assertThat(calls).filteredOn(call -> call.outcome() == Outcome.FAILED)
                .allMatch(call -> call.text().contains("the tool server cannot be reached"));
        assertNothingElseAllowed(calls);
    }

    /** Calls may have failed, but what was allowed was so by the edition before or after an edit. */
    static void assertNothingElseAllowed(List<Call> calls) {
        assertThat(calls).filteredOn(call -> call.message().equals("steady"))
                .noneMatch(call -> call.outcome() == Outcome.DENIED);
        // Each pod for itself: one hears of an edit a moment before another.
        assertThat(
                calls.stream().filter(call -> call.outcome() == Outcome.ALLOWED && !call.message().equals("steady"))
                        .collect(Collectors.groupingBy(Call::pod)))
                .allSatisfy((_, of) -> assertThat(of).extracting(Call::message).isSorted().doesNotContain("never"));
    }
}
