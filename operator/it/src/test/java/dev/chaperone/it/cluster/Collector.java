package dev.chaperone.it.cluster;

import dev.chaperone.config.audit.AuditLine;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Whoever keeps audit trails, by OTLP. */
final class Collector {
    static final String ENDPOINT = "http://collector.tools.svc:4318";

    private static final String NAMESPACE = "tools";
    private static final Duration STARTING = Duration.ofMinutes(2);

    private final KubernetesClient client;

    private Collector(KubernetesClient client) {
        this.client = client;
    }

    /** Begins, and takes everything. */
    static Collector begins(InstalledCluster cluster) {
        cluster.apply("collector.yaml", Map.of());
        Collector collector = new Collector(cluster.client());
        Awaitility.await("the collector listens").atMost(STARTING).ignoreExceptions()
                .until(() -> Readiness.isPodReady(collector.pod()));
        return collector;
    }

    private Pod pod() {
        return pods().getFirst();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).withLabel("app", "collector").list().getItems();
    }

    /** Takes nothing more. */
    void isDown() throws IOException, InterruptedException {
        asks("/down");
    }

    void isUp() throws IOException, InterruptedException {
        asks("/up");
    }

    /** All lines that it has, in the order in which they came. */
    List<AuditLine> lines() throws IOException, InterruptedException {
        List<AuditLine> lines = new ArrayList<>();
        for (String line : asks("/lines").lines().toList()) {
            lines.add(AuditLine.read(line.getBytes(StandardCharsets.UTF_8)));
        }
        return lines;
    }

    private String asks(String path) throws IOException, InterruptedException {
        return new AgentOwner(client, NAMESPACE).runs(pod(), "collector", "node", "-e",
                "fetch('http://127.0.0.1:4318" + path + "').then(r => r.text()).then(t => process.stdout.write(t))");
    }

    void ends() {
        client.apps().deployments().inNamespace(NAMESPACE).withName("collector").delete();
        client.services().inNamespace(NAMESPACE).withName("collector").delete();
        // So that the next story does not take this one for its own.
        Awaitility.await("the collector is gone").atMost(STARTING).until(() -> pods().isEmpty());
    }
}
