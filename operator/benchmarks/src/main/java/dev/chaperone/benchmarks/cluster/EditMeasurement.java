package dev.chaperone.benchmarks.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Edits of a policy on guarded pods that really run: from the return of the write until the slowest pod has the config
 * in force, by the time that its node gave the line in its guardrail's log; whether the next call is decided by it; and
 * the guardrails' memory. Clocks of nodes and of this machine have to agree.
 *
 * <p>Arguments: the image of the agent's container, which has to be on the nodes; edits (default 50); pods (default 20).
 */
public final class EditMeasurement {
    private static final String NAMESPACE = "benchmark-edits";
    private static final Duration STARTING = Duration.ofMinutes(10);
    private static final Duration EDITED = Duration.ofSeconds(60);
    private static final int GUARDRAIL_PORT = 15080;
    private static final double MEGA = 1e6;

    private final Cluster cluster;
    private final HttpClient http = HttpClient.newHttpClient();
    // When each pod loaded a config.
    private final Map<String, Queue<Instant>> loaded = new ConcurrentHashMap<>();

    private EditMeasurement(Cluster cluster) {
        this.cluster = cluster;
    }

    public static void main(String[] arguments) throws Exception {
        int edits = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50;
        int pods = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20;
        try (Cluster cluster = Cluster.open()) {
            new EditMeasurement(cluster).run(arguments[0], edits, pods);
        }
        System.exit(0);
    }

    private void run(String image, int edits, int count) throws Exception {
        cluster.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %1$s, labels: {chaperone.dev/governed: "true"}}
                ---
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: files, namespace: %1$s}
                spec: {url: "http://files.tools.svc:8080/mcp", tools: [{name: write_file}]}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: edited, namespace: %1$s}
                spec:
                  replicas: %2$d
                  selector: {matchLabels: {app: edited}}
                  template:
                    metadata: {labels: {app: edited}}
                    spec:
                      automountServiceAccountToken: false
                      containers: [{name: agent, image: "%3$s", imagePullPolicy: IfNotPresent}]
                """.formatted(NAMESPACE, count, image));
        edit("first");
        Cluster.await("all pods are ready", STARTING, () -> ready().size() == count);
        List<Pod> pods = ready();
        pods.forEach(pod -> Thread.ofVirtual().start(() -> follow(pod)));
        Cluster.await("all logs are followed", EDITED, () -> loaded.size() == count);
        try (LocalPortForward tunnel = cluster.client().pods().resource(pods.getFirst()).portForward(GUARDRAIL_PORT)) {
            measure(edits, pods.getFirst().getMetadata().getName(), tunnel.getLocalPort());
        }
        memory();
    }

    private void measure(int edits, String first, int port) throws Exception {
        List<Double> slowest = new ArrayList<>();
        List<Double> each = new ArrayList<>();
        int decided = 0;
        for (int i = 0; i < edits; i++) {
            Instant begun = Instant.now();
            edit("edit-" + i);
            Instant applied = Instant.now();
            Cluster.await("the first pod has loaded it", EDITED, () -> since(first, begun) != null);
            if (call(port).contains("edit-" + i)) {
                decided++;
            }
            Cluster.await(
                    "all pods have loaded it", EDITED,
                    () -> loaded.keySet().stream().allMatch(pod -> since(pod, begun) != null));
            List<Double> all = loaded.keySet().stream()
                    .map(pod -> Duration.between(applied, since(pod, begun)).toNanos() / MEGA)
                    .toList();
            each.addAll(all);
            slowest.add(Figures.percentile(all, 100));
        }
        Figures.print("edit in force, each pod: %s", Figures.spread(each, "ms"));
        Figures.print("edit in force, slowest of %d pods: %s", loaded.size(), Figures.spread(slowest, "ms"));
        Figures.print("the next call was decided by it: %d of %d", decided, edits);
    }

    private Instant since(String pod, Instant begun) {
        return loaded.get(pod).stream().filter(time -> !time.isBefore(begun)).findFirst().orElse(null);
    }

    private void edit(String mark) {
        cluster.apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: edited, namespace: %s}
                spec:
                  agentSelector: {}
                  rules: [{name: refuse, tools: ["files/*"], verdict: Deny, message: "%s"}]
                """.formatted(NAMESPACE, mark));
    }

    private String call(int port) throws IOException, InterruptedException {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"write_file\","
                + "\"arguments\":{}}}";
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/mcp/files"))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }

    private List<Pod> ready() {
        return cluster.client().pods().inNamespace(NAMESPACE).withLabel("app", "edited").list().getItems().stream()
                .filter(pod -> pod.getStatus().getConditions().stream().anyMatch(
                        condition -> condition.getType().equals("Ready") && condition.getStatus().equals("True")))
                .toList();
    }

    private void follow(Pod pod) {
        Queue<Instant> times = loaded.computeIfAbsent(pod.getMetadata().getName(),
                name -> new ConcurrentLinkedQueue<>());
        try (var log = cluster.client().pods().resource(pod).inContainer("chaperone-guardrail").usingTimestamps()
                .watchLog();
                var lines = new BufferedReader(new InputStreamReader(log.getOutput(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("Config loaded")) {
                    times.add(Instant.parse(line.substring(0, line.indexOf(' '))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As kubelets see it. */
    private void memory() throws IOException {
        Collection<Double> resident = new ArrayList<>();
        Collection<Double> working = new ArrayList<>();
        for (var node : cluster.client().nodes().list().getItems()) {
            String name = node.getMetadata().getName();
            if (node.getMetadata().getAnnotations().containsKey("kwok.x-k8s.io/node")) {
                continue;
            }
            String summary = cluster.client().raw("/api/v1/nodes/" + name + "/proxy/stats/summary");
            for (JsonNode pod : new ObjectMapper().readTree(summary).path("pods")) {
                for (JsonNode container : pod.path("containers")) {
                    if (container.path("name").asText().equals("chaperone-guardrail")) {
                        resident.add(container.at("/memory/rssBytes").asDouble() / MEGA);
                        working.add(container.at("/memory/workingSetBytes").asDouble() / MEGA);
                    }
                }
            }
        }
        Figures.print("guardrails' memory of their own: %s", Figures.spread(resident, "MB"));
        Figures.print("guardrails' working set: %s", Figures.spread(working, "MB"));
    }
}
