package dev.chaperone.benchmarks.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How much longer a guarded pod takes until it is Ready: pairs with the same pod in a namespace that is not governed, one
 * after the other.
 *
 * <p>Arguments: the image of the agent's container, which has to be on the nodes; pairs (default 20).
 */
public final class PodMeasurement {
    private static final String GOVERNED = "benchmark-started";
    private static final String PLAIN = "benchmark-started-plain";
    private static final Duration STARTING = Duration.ofMinutes(2);

    private PodMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        int pairs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        try (Cluster cluster = Cluster.open()) {
            cluster.apply("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: %s, labels: {chaperone.dev/governed: "true"}}
                    ---
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: %s}
                    """.formatted(GOVERNED, PLAIN));
            List<Double> guarded = new ArrayList<>();
            List<Double> plain = new ArrayList<>();
            List<Double> added = new ArrayList<>();
            start(cluster, GOVERNED, arguments[0]);
            start(cluster, PLAIN, arguments[0]);
            for (int i = 0; i < pairs; i++) {
                guarded.add(start(cluster, GOVERNED, arguments[0]));
                plain.add(start(cluster, PLAIN, arguments[0]));
                added.add(guarded.getLast() - plain.getLast());
            }
            Figures.print("created until Ready, guarded: %s", Figures.spread(guarded, "ms"));
            Figures.print("created until Ready, not guarded: %s", Figures.spread(plain, "ms"));
            Figures.print("added in each pair: %s", Figures.spread(added, "ms"));
        }
    }

    private static double start(Cluster cluster, String namespace, String image) throws InterruptedException {
        Pod pod = cluster.client().getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {generateName: agent-, namespace: %s}
                spec:
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 1
                  containers: [{name: agent, image: "%s", imagePullPolicy: IfNotPresent}]
                """.formatted(namespace, image), Pod.class);
        long begun = System.nanoTime();
        var created = cluster.client().pods().resource(cluster.client().resource(pod).create());
        created.waitUntilReady(STARTING.toSeconds(), TimeUnit.SECONDS);
        double millis = Figures.millisSince(begun);
        created.delete();
        created.waitUntilCondition(gone -> gone == null, STARTING.toSeconds(), TimeUnit.SECONDS);
        return millis;
    }
}
