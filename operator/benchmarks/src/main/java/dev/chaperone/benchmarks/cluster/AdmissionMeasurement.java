package dev.chaperone.benchmarks.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * What admission adds to creating pods: 400 of them by eight clients, in pairs of a governed namespace and one that is
 * not; pods of their own, and pods that the controller of ReplicaSets creates for a Deployment (as a dry run, for they
 * would be deleted at once). Then the first pods after the operator was started anew.
 *
 * <p>Argument: how many pairs (default 5).
 */
public final class AdmissionMeasurement {
    private static final int PODS = 400;
    private static final int CLIENTS = 8;
    private static final int FIRST = 50;
    private static final Duration STARTING = Duration.ofMinutes(3);
    private static final String GOVERNED = "benchmark-governed";
    private static final String PLAIN = "benchmark-plain";
    private static final String WEBHOOK = "pods.chaperone.dev";
    private static final String METRIC = "apiserver_admission_webhook_admission_duration_seconds_";
    private static final double MILLIS = 1000;

    private final Cluster cluster;
    private final KubernetesClient controller;

    private AdmissionMeasurement(Cluster cluster, KubernetesClient controller) {
        this.cluster = cluster;
        this.controller = controller;
    }

    public static void main(String[] arguments) throws Exception {
        int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        try (Cluster cluster = Cluster.open();
                KubernetesClient controller = Cluster.as(
                        "system:serviceaccount:kube-system:replicaset-controller", "system:serviceaccounts",
                        "system:serviceaccounts:kube-system", "system:authenticated")) {
            var measurement = new AdmissionMeasurement(cluster, controller);
            measurement.prepare();
            for (boolean owned : new boolean[]{false, true}) {
                measurement.pairs(pairs, owned);
            }
            measurement.afterStart();
            measurement.clean();
        }
    }

    private void prepare() {
        for (String namespace : List.of(GOVERNED, PLAIN)) {
            cluster.apply("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: %1$s, labels: {%2$s}}
                    ---
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: owner, namespace: %1$s}
                    spec:
                      replicas: 0
                      selector: {matchLabels: {app: owner}}
                      template:
                        metadata: {labels: {app: owner}}
                        spec: {containers: [{name: agent, image: agent}]}
                    """.formatted(namespace, namespace.equals(GOVERNED) ? "chaperone.dev/governed: \"true\"" : ""));
        }
    }

    private void pairs(int pairs, boolean owned) throws Exception {
        String kind = owned ? "pods of a Deployment" : "pods of their own";
        creates(GOVERNED, owned);
        creates(PLAIN, owned);
        List<Double> means = new ArrayList<>();
        List<Double> added = new ArrayList<>();
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            ApiCounters before = cluster.counters();
            Collection<Double> governed = creates(GOVERNED, owned);
            means.add(mean(cluster.counters().since(before)));
            Collection<Double> plain = creates(PLAIN, owned);
            added.add(Figures.percentile(governed, 50) - Figures.percentile(plain, 50));
            with.addAll(governed);
            without.addAll(plain);
        }
        Figures.print("%s, the webhook by the API server's metric, mean of each run: %s", kind,
                Figures.spread(means, "ms"));
        Figures.print("%s, create as the client sees it, governed: %s", kind, Figures.spread(with, "ms"));
        Figures.print("%s, create as the client sees it, not governed: %s", kind, Figures.spread(without, "ms"));
        Figures.print("%s, added to the median of each pair: %s", kind, Figures.spread(added, "ms"));
    }

    private static double mean(ApiCounters change) {
        double count = change.sum(METRIC + "count", labels -> WEBHOOK.equals(labels.get("name")));
        return MILLIS * change.sum(METRIC + "sum", labels -> WEBHOOK.equals(labels.get("name"))) / count;
    }

    private Collection<Double> creates(String namespace, boolean owned) throws Exception {
        Collection<Double> millis = new ConcurrentLinkedQueue<>();
        ReplicaSet owner = owned ? owner(namespace) : null;
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < PODS; i++) {
                all.add(clients.submit(() -> millis.add(owner == null ? create(namespace) : create(owner))));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        clean();
        return millis;
    }

    // Nobody schedules it, so that nothing but its creation is measured.
    private double create(String namespace) {
        Pod pod = cluster.client().getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {generateName: agent-, namespace: %s, labels: {benchmark: admission}}
                spec:
                  schedulingGates: [{name: chaperone.dev/benchmark}]
                  containers: [{name: agent, image: agent}]
                """.formatted(namespace), Pod.class);
        long begun = System.nanoTime();
        cluster.client().resource(pod).create();
        return Figures.millisSince(begun);
    }

    private double create(ReplicaSet owner) {
        Pod pod = cluster.client().getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata:
                  generateName: %1$s-
                  namespace: %2$s
                  labels: {app: owner, benchmark: admission}
                  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: %1$s, uid: %3$s, controller: true}]
                spec: {containers: [{name: agent, image: agent}]}
                """.formatted(
                owner.getMetadata().getName(), owner.getMetadata().getNamespace(), owner.getMetadata().getUid()),
                Pod.class);
        long begun = System.nanoTime();
        controller.resource(pod).dryRun().create();
        return Figures.millisSince(begun);
    }

    private ReplicaSet owner(String namespace) throws InterruptedException {
        var sets = cluster.client().apps().replicaSets().inNamespace(namespace).withLabel("app", "owner");
        Cluster.await("the Deployment's ReplicaSet", STARTING, () -> !sets.list().getItems().isEmpty());
        return sets.list().getItems().getFirst();
    }

    private void afterStart() throws InterruptedException {
        var operator = cluster.client().apps().deployments().inNamespace(Cluster.OPERATOR_NAMESPACE)
                .withName("chaperone-operator");
        operator.rolling().restart();
        Cluster.await("the operator has been started anew", STARTING, () -> replaced(operator.get()));
        List<Double> millis = IntStream.range(0, FIRST).mapToObj(i -> create(GOVERNED)).toList();
        Figures.print("the first pods after a start, one by one: the very first %.0f ms, %s", millis.getFirst(),
                Figures.spread(millis, "ms"));
    }

    private boolean replaced(Deployment deployment) {
        var status = deployment.getStatus();
        Integer wanted = deployment.getSpec().getReplicas();
        return Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration())
                && Objects.equals(status.getUpdatedReplicas(), wanted)
                && Objects.equals(status.getReadyReplicas(), wanted) && Objects.equals(status.getReplicas(), wanted)
                && cluster.operators().size() == wanted;
    }

    private void clean() throws InterruptedException {
        for (String namespace : List.of(GOVERNED, PLAIN)) {
            var pods = cluster.client().pods().inNamespace(namespace).withLabels(Map.of("benchmark", "admission"));
            pods.withGracePeriod(0).delete();
            Cluster.await("the pods are gone", STARTING, () -> pods.list().getItems().isEmpty());
        }
    }
}
