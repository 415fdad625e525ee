package dev.chaperone.controller.plan;

import dev.chaperone.controller.view.OversightFacts;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.AcceptedSpecs;
import dev.chaperone.controller.view.CredentialFacts;
import dev.chaperone.controller.view.EgressFacts;
import dev.chaperone.controller.view.Facts;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.NetworkPolicyFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.PolicyFacts;
import dev.chaperone.controller.view.ServerFacts;
import dev.chaperone.controller.view.ServiceFacts;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.controller.view.WorkloadFacts;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Snapshots of manifests, as if an API server held them. */
public final class Snapshots {
    private final List<NamespaceFacts> namespaces = new ArrayList<>();
    private final List<PodFacts> pods = new ArrayList<>();
    private final List<WorkloadFacts> workloads = new ArrayList<>();
    private final List<PolicyFacts> policies = new ArrayList<>();
    private final List<ServerFacts> servers = new ArrayList<>();
    private final List<AcceptedSpec> accepted = new ArrayList<>();
    private final List<CredentialFacts> credentials = new ArrayList<>();
    private final List<OversightFacts> oversight = new ArrayList<>();

    private final List<ServiceFacts> services = new ArrayList<>();
    private final List<NetworkPolicyFacts> networkPolicies = new ArrayList<>();

    private Snapshots() {}

    public static Snapshot of(String... yaml) {
        Snapshots snapshots = new Snapshots();
        Arrays.stream(yaml).flatMap(text -> Arrays.stream(text.split("(?m)^---\\s*$")))
                .filter(document -> !document.isBlank())
                .forEach(snapshots::add);
        return snapshots.build();
    }

    static Snapshot read(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            List<String> texts = new ArrayList<>();
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("in-")).sorted().toList()) {
                texts.add(Files.readString(file));
            }
            return of(texts.toArray(String[]::new));
        }
    }

    static Snapshot shuffled(Snapshot snapshot, Random random) {
        return new Snapshot(
                shuffled(snapshot.namespaces(), random), snapshot.loading(), shuffled(snapshot.pods(), random),
                shuffled(snapshot.workloads(), random), shuffled(snapshot.policies(), random),
                shuffled(snapshot.servers(), random), shuffled(snapshot.accepted(), random),
                shuffled(snapshot.credentials(), random), shuffled(snapshot.oversight(), random), snapshot.agents(),
                new EgressFacts(shuffled(snapshot.egress().services(), random), snapshot.egress().loading(),
                        shuffled(snapshot.egress().policies(), random)));
    }

    private static <T> List<T> shuffled(List<T> list, Random random) {
        List<T> copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }

    private void add(String document) {
        String kind = Serialization.unmarshal(document, GenericKubernetesResource.class).getKind();
        switch (kind) {
            case "Namespace" -> namespaces.add(Facts.of(Serialization.unmarshal(document, Namespace.class)));
            case "Pod" -> pods.add(Facts.of(Serialization.unmarshal(document, Pod.class)));
            case "Deployment" -> workloads.add(Facts.of(Serialization.unmarshal(document, Deployment.class)));
            case "StatefulSet" -> workloads.add(Facts.of(Serialization.unmarshal(document, StatefulSet.class)));
            case "DaemonSet" -> workloads.add(Facts.of(Serialization.unmarshal(document, DaemonSet.class)));
            case "ReplicaSet" -> workloads.add(Facts.of(Serialization.unmarshal(document, ReplicaSet.class)));
            case "Job" -> workloads.add(Facts.of(Serialization.unmarshal(document, Job.class)));
            case "CronJob" -> workloads.add(Facts.of(Serialization.unmarshal(document, CronJob.class)));
            case "ToolPolicy" -> policies.add(Facts.of(Serialization.unmarshal(document, ToolPolicy.class)));
            case "ClusterToolPolicy" ->
                policies.add(Facts.of(Serialization.unmarshal(document, ClusterToolPolicy.class)));
            case "ToolServer" -> servers.add(Facts.of(Serialization.unmarshal(document, ToolServer.class)));
            case "ClusterToolServer" ->
                servers.add(Facts.of(Serialization.unmarshal(document, ClusterToolServer.class)));
            case "ControllerRevision" -> accepted.add(
                    AcceptedSpecs.read(Serialization.unmarshal(document, ControllerRevision.class)));
            case "Secret" -> credentials.add(Facts.of(Serialization.unmarshal(document, Secret.class)));
            case "OversightPolicy" ->
                oversight.add(Facts.of(Serialization.unmarshal(document, OversightPolicy.class)));
            case "ClusterOversightPolicy" ->
                oversight.add(Facts.of(Serialization.unmarshal(document, ClusterOversightPolicy.class)));
            case "Service" -> services.add(Facts.of(Serialization.unmarshal(document, Service.class)));
            case "NetworkPolicy" ->
                networkPolicies.add(Facts.of(Serialization.unmarshal(document, NetworkPolicy.class)));
            default -> throw new IllegalArgumentException(kind);
        }
    }

    private Snapshot build() {
        return new Snapshot(namespaces, Set.of(), pods, workloads, policies, servers, accepted, credentials, oversight,
                List.of(), new EgressFacts(services, Set.of(), networkPolicies));
    }
}
