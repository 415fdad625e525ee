package dev.chaperone.benchmarks.cluster;

import dev.chaperone.api.ServerSideApply;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The cluster of the current kubeconfig, on which the chart is installed. */
final class Cluster implements AutoCloseable {
    static final String OPERATOR_NAMESPACE = "chaperone-system";

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration REQUEST = Duration.ofMinutes(2);
    private static final int REQUESTS = 64;
    private static final PatchContext APPLY = ServerSideApply.as("benchmark");

    private final KubernetesClient client;

    private Cluster(KubernetesClient client) {
        this.client = client;
    }

    static Cluster open() {
        return new Cluster(client(Config.autoConfigure(null)));
    }

    /** The same cluster as another user. */
    static KubernetesClient as(String user, String... groups) {
        return client(
                new ConfigBuilder(Config.autoConfigure(null))
                        .withImpersonateUsername(user).withImpersonateGroups(groups).build());
    }

    private static KubernetesClient client(Config config) {
        // Deleting hundreds of pods is one request.
        config.setRequestTimeout(Math.toIntExact(REQUEST.toMillis()));
        config.setMaxConcurrentRequests(REQUESTS);
        config.setMaxConcurrentRequestsPerHost(REQUESTS);
        return new KubernetesClientBuilder().withHttpClientFactory(new JdkHttpClientFactory()).withConfig(config)
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    /** Applies manifests, one after the other. */
    void apply(String manifests) {
        for (String document : manifests.split("(?m)^---$")) {
            HasMetadata resource = client.getKubernetesSerialization().unmarshal(document);
            client.resource(resource).patch(APPLY);
        }
    }

    ApiCounters counters() {
        return ApiCounters.parse(Objects.requireNonNull(client.raw("/metrics")));
    }

    /** What the operator's replicas count, together. */
    ApiCounters operatorCounters() {
        StringBuilder all = new StringBuilder();
        operators().forEach(pod -> all.append(
                client.raw(
                        "/api/v1/namespaces/" + OPERATOR_NAMESPACE + "/pods/" + pod.getMetadata().getName()
                                + ":8080/proxy/metrics")));
        return ApiCounters.parse(all.toString());
    }

    /** The operator's replicas, the one that leads first. */
    List<Pod> operators() {
        String leader = client.leases().inNamespace(OPERATOR_NAMESPACE).withName("chaperone-operator").get().getSpec()
                .getHolderIdentity();
        return client.pods().inNamespace(OPERATOR_NAMESPACE)
                .withLabel("app.kubernetes.io/component", "operator").list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .sorted(Comparator.comparing(pod -> !pod.getMetadata().getName().equals(leader)))
                .toList();
    }

    /** Resident memory of the operator's replicas now and at most, the one that leads first. */
    String operatorMemory() {
        StringBuilder text = new StringBuilder();
        for (Pod pod : operators()) {
            text.append(
                    "%s%d MB (peak %d)".formatted(
                            text.isEmpty() ? "leader " : ", other ", memory(pod, "operator", "VmRSS:"),
                            memory(pod, "operator", "VmHWM:")));
        }
        return text.toString();
    }

    /** A line of a container's first process' status, in MB. */
    long memory(Pod pod, String container, String line) {
        return read(pod, container, "/proc/1/status").lines()
                .filter(each -> each.startsWith(line))
                .mapToLong(each -> Long.parseLong(each.replaceAll("\\D", "")) / 1000)
                .findFirst()
                .orElse(-1);
    }

    /** What stands in files of a container. */
    String read(Pod pod, String container, String... files) {
        var out = new ByteArrayOutputStream();
        String[] command = new String[files.length + 1];
        command[0] = "cat";
        System.arraycopy(files, 0, command, 1, files.length);
        try (ExecWatch watch = client.pods().resource(pod).inContainer(container).writingOutput(out).exec(command)) {
            watch.exitCode().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("cannot read in " + pod.getMetadata().getName(), e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    static void await(String what, Duration atMost, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + atMost + ": " + what);
            }
            Thread.sleep(LOOK);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
