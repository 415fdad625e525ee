package dev.chaperone.it.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A team that runs an agent in its namespace. What the agent does is done from inside its container. */
final class AgentOwner {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STARTING = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KubernetesClient client;
    private final String namespace;

    AgentOwner(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Waits until so many pods of the agent are ready. */
    List<Pod> waitsForPods(int count) {
        return Awaitility.await("pods of the agent are ready").atMost(STARTING).pollInterval(Duration.ofMillis(200))
                .until(this::readyPods, pods -> pods.size() == count);
    }

    void isScaledTo(int replicas) {
        client.apps().deployments().inNamespace(namespace).withName("coder").scale(replicas);
    }

    /** Waits until another pod than this has a guardrail that runs, whether it is ready or not. */
    Pod waitsForGuardrailThatRuns(Pod other) {
        return Awaitility.await("another guardrail runs").atMost(STARTING).until(
                () -> pods().filter(pod -> !pod.getMetadata().getUid().equals(other.getMetadata().getUid()))
                        .filter(pod -> guardrail(pod).map(status -> status.getState().getRunning()).isPresent())
                        .findFirst(),
                Optional::isPresent)
                .orElseThrow();
    }

    /** Whether a container of the agent was ever started. */
    boolean isBegun(Pod pod) {
        return current(pod).getStatus().getContainerStatuses().stream()
                .anyMatch(status -> status.getState().getWaiting() == null || status.getRestartCount() > 0);
    }

    int guardrailRestarts(Pod pod) {
        return guardrail(current(pod)).map(ContainerStatus::getRestartCount).orElse(0);
    }

    private static Optional<ContainerStatus> guardrail(Pod pod) {
        return pod.getStatus().getInitContainerStatuses().stream()
                .filter(status -> status.getName().equals(GuardrailPod.CONTAINER)).findFirst();
    }

    private Pod current(Pod pod) {
        return client.resource(pod).get();
    }

    private Stream<Pod> pods() {
        return client.pods().inNamespace(namespace).withLabel("app", "coder").list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null);
    }

    private List<Pod> readyPods() {
        return pods().filter(Readiness::isPodReady).toList();
    }

    /** The agent calls a tool through its guardrail. */
    JsonNode agentCalls(Pod pod, String server, String tool, String arguments) throws Exception {
        return clientRun(pod, GuardrailPod.MCP_URL + "/" + server, "call", tool, arguments);
    }

    /** The agent lists what it is shown. */
    JsonNode agentLists(Pod pod, String server) throws Exception {
        return clientRun(pod, GuardrailPod.MCP_URL + "/" + server, "list");
    }

    /** The agent calls a tool server past its guardrail. */
    JsonNode agentGoesAround(Pod pod, String url) throws Exception {
        return clientRun(pod, url, "list");
    }

    private JsonNode clientRun(Pod pod, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 2];
        command[0] = "node";
        command[1] = "client-ts-v2.mjs";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        String said = runs(pod, "agent", command);
        if (said.isBlank()) {
            // Neither an answer nor a refusal.
            throw new IOException(String.join(" ", command) + " said nothing");
        }
        return JSON.readTree(said);
    }

    /** Runs a command in a container; what it wrote on standard output, whatever its exit code. */
    String runs(Pod pod, String container, String... command) throws IOException, InterruptedException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try (ExecWatch exec = client.pods().inNamespace(namespace).withName(pod.getMetadata().getName())
                .inContainer(container).writingOutput(out).writingError(err).exec(command)) {
            exec.exitCode().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException(String.join(" ", command) + ": " + err.toString(StandardCharsets.UTF_8), e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
