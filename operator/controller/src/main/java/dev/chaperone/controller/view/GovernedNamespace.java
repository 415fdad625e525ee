package dev.chaperone.controller.view;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The pods, workloads and NetworkPolicies of one governed namespace. Nothing is read of those that are not governed. */
final class GovernedNamespace implements AutoCloseable {
    private final Watched<Pod, PodFacts> pods;
    private final List<Watched<?, WorkloadFacts>> workloads;
    private final Watched<NetworkPolicy, NetworkPolicyFacts> networkPolicies;

    GovernedNamespace(KubernetesClient client, String name, Runnable changed) {
        pods = Watched.start(client.pods().inNamespace(name), Pod::new, Facts::of, changed);
        workloads = List.of(
                Watched.start(
                        client.apps().deployments().inNamespace(name), Deployment::new, Facts::of, changed),
                Watched.start(
                        client.apps().statefulSets().inNamespace(name), StatefulSet::new, Facts::of, changed),
                Watched.start(
                        client.apps().daemonSets().inNamespace(name), DaemonSet::new, Facts::of, changed),
                Watched.start(
                        client.apps().replicaSets().inNamespace(name), ReplicaSet::new, Facts::of, changed),
                Watched.start(
                        client.batch().v1().jobs().inNamespace(name), Job::new, Facts::of, changed),
                Watched.start(
                        client.batch().v1().cronjobs().inNamespace(name), CronJob::new, Facts::of, changed));
        networkPolicies = Watched.start(
                client.network().v1().networkPolicies().inNamespace(name), NetworkPolicy::new, Facts::of,
                changed);
    }

    boolean synced() {
        return pods.synced() && networkPolicies.synced() && workloads.stream().allMatch(Watched::synced);
    }

    Collection<PodFacts> pods() {
        return pods.facts();
    }

    Stream<WorkloadFacts> workloads() {
        return workloads.stream().flatMap(kind -> kind.facts().stream());
    }

    Collection<NetworkPolicyFacts> networkPolicies() {
        return networkPolicies.facts();
    }

    @Override
    public void close() {
        pods.close();
        networkPolicies.close();
        workloads.forEach(Watched::close);
    }
}
