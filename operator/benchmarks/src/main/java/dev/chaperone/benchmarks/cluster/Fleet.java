package dev.chaperone.benchmarks.cluster;

import dev.chaperone.api.GuardrailConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Workloads of simulated pods in governed namespaces, and the configs that the operator has written for them. */
final class Fleet implements AutoCloseable {
    static final int NAMESPACES = 20;
    static final int WORKLOADS = 10;
    static final int PODS = 10;
    static final String LABEL = "benchmark";

    private static final Duration STARTING = Duration.ofMinutes(15);

    private final Cluster cluster;
    // The revision of each config, by namespace and name, and which text it holds.
    private final Map<String, String> configs = new ConcurrentHashMap<>();
    private final SharedIndexInformer<GuardrailConfig> informer;

    private Fleet(Cluster cluster) {
        this.cluster = cluster;
        KubernetesClient client = cluster.client();
        this.informer = client.resources(GuardrailConfig.class).inAnyNamespace().inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(GuardrailConfig config) {
                configs.put(key(config), String.valueOf(config.getSpec()));
            }

            @Override
            public void onUpdate(GuardrailConfig before, GuardrailConfig now) {
                onAdd(now);
            }

            @Override
            public void onDelete(GuardrailConfig config, boolean unknown) {
                configs.remove(key(config));
            }
        });
    }

    private static @Nullable String key(GuardrailConfig config) {
        String namespace = config.getMetadata().getNamespace();
        return namespace.startsWith("fleet-") ? namespace + "/" + config.getMetadata().getName() : "others";
    }

    /** Makes what is missing and waits until every pod is Running. */
    static Fleet start(Cluster cluster) throws InterruptedException {
        for (int n = 0; n < NAMESPACES; n++) {
            cluster.apply("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: fleet-%1$d, labels: {chaperone.dev/governed: "true", benchmark: fleet}}
                    ---
                    apiVersion: chaperone.dev/v1alpha1
                    kind: ToolServer
                    metadata: {name: files, namespace: fleet-%1$d}
                    spec:
                      url: http://files.tools.svc:8080/mcp
                      tools:
                      - {name: read_file, inputSchema: {type: object, properties: {path: {type: string}}}}
                      - {name: write_file, inputSchema: {type: object, properties: {path: {type: string}}}}
                    """.formatted(n));
        }
        Fleet fleet = new Fleet(cluster);
        for (int policy = 0; policy < 5; policy++) {
            fleet.edit(policy, "first");
        }
        for (int n = 0; n < NAMESPACES; n++) {
            for (int w = 0; w < WORKLOADS; w++) {
                cluster.apply(workload(n, w));
            }
        }
        Cluster.await("all pods run", STARTING, () -> running(cluster) == NAMESPACES * WORKLOADS * PODS);
        return fleet;
    }

    private static String workload(int namespace, int workload) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: agent-%2$d, namespace: fleet-%1$d, labels: {benchmark: fleet}}
                spec:
                  replicas: %3$d
                  selector: {matchLabels: {app: agent-%2$d}}
                  template:
                    metadata: {labels: {app: agent-%2$d, benchmark: fleet}}
                    spec:
                      nodeSelector: {type: kwok}
                      tolerations: [{key: kwok.x-k8s.io/node, operator: Exists}]
                      automountServiceAccountToken: false
                      containers: [{name: agent, image: agent}]
                """.formatted(namespace, workload, PODS);
    }

    private static long running(Cluster cluster) {
        return cluster.client().apps().deployments().inAnyNamespace().withLabel(LABEL, "fleet").list().getItems()
                .stream()
                .mapToLong(each -> each.getStatus() == null || each.getStatus().getReadyReplicas() == null
                        ? 0
                        : each.getStatus().getReadyReplicas())
                .sum();
    }

    /** Applies a cluster policy of 20 rules whose texts hold the mark. */
    void edit(int policy, String mark) {
        StringBuilder rules = new StringBuilder();
        for (int r = 0; r < 20; r++) {
            rules.append(
                    "\n  - {name: r-%d, tools: [\"files/*\"], when: \"args.path.startsWith('/%s/%d')\", verdict: Deny}"
                            .formatted(r, mark, r));
        }
        cluster.apply("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterToolPolicy
                metadata: {name: fleet-%d}
                spec:
                  namespaceSelector: {matchLabels: {benchmark: fleet}}
                  rules:%s
                """.formatted(policy, rules));
    }

    /** How many configs hold a mark. */
    int with(String mark) {
        return (int) configs.values().stream().filter(config -> config.contains("'/" + mark + "/")).count();
    }

    @Override
    public void close() {
        informer.close();
    }
}
