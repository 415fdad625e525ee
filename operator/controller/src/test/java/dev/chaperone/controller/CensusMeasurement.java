package dev.chaperone.controller;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.census.Census;
import dev.chaperone.controller.census.Guarded;
import dev.chaperone.controller.census.KnownGuardrails;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.guard.GuardFacts;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * The census over 2,000 simulated pods of 200 workloads in 20 namespaces, of which 20 are wrong in ten ways, on an API
 * server that no admission policy guards. Not a test: run main. Argument: a file that gets the cluster's kubeconfig when
 * all is measured; the cluster is kept until the file is deleted.
 */
final class CensusMeasurement {
    // 20; fewer to try it.
    private static final int NAMESPACES = Integer.getInteger("namespaces", 20);
    private static final int WORKLOADS = 10;
    private static final int PODS = 10;
    private static final int WAYS = 10;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration AT_MOST = Duration.ofMinutes(5);

    private final KubernetesClient client;
    private final Map<String, Standing> wrong = new TreeMap<>();
    private PlannedFleet fleet = fleet();

    private CensusMeasurement(KubernetesClient client) {
        this.client = client;
    }

    public static void main(String[] arguments) throws Exception {
        try (KubernetesCluster cluster = KubernetesCluster.start();
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build()) {
            new CensusMeasurement(client).run();
            if (arguments.length > 0) {
                Path kubeconfig = Files.writeString(Path.of(arguments[0]), cluster.kubeconfig());
                while (Files.exists(kubeconfig)) {
                    Thread.sleep(500);
                }
            }
        }
    }

    private void run() throws Exception {
        long begun = System.nanoTime();
        prepare();
        pods();
        System.out.printf("%d pods run after %.0f s%n", NAMESPACES * WORKLOADS * PODS, millis(begun) / 1000);
        SimulatedReports heard = new SimulatedReports(() -> fleet.plan());
        begun = System.nanoTime();
        try (Controller _ = controller(heard)) {
            System.out.printf("the cluster has been read after %.0f ms%n", millis(begun));
            await("first census", () -> coverages().size() == NAMESPACES * WORKLOADS && matches());
            System.out.printf("first census of all in all statuses: %.0f ms after start%n", millis(begun));
            later(heard);
            census();
            tell();
        }
        restart();
        facts();
    }

    private static PlannedFleet fleet() {
        return PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
    }

    private Controller controller(SimulatedReports heard) throws InterruptedException {
        fleet = fleet();
        Controller controller = new Controller(
                client, new ControllerSettings("chaperone-system", "here", HEARTBEAT, AT_MOST), fleet, heard, Map::of,
                new Leadership(Clock.systemUTC()), new LeadListener() {
                    @Override
                    public void leads() {}

                    @Override
                    public void leadsNoLonger() {}
                }, Clock.systemUTC(), new PrometheusRegistry());
        controller.start();
        return controller;
    }

    private void prepare() throws Exception {
        for (File file : new File("../../crds").listFiles()) {
            client.resource(Serialization.unmarshal(Files.readString(file.toPath()), CustomResourceDefinition.class))
                    .create();
        }
        client.resource(new NodeBuilder().withNewMetadata().withName("simulated").endMetadata().build()).create();
        namespace("chaperone-system", null);
        await("CRDs are served", () -> client.resources(GuardrailShape.class).list() != null);
        GuardrailShape shape = new GuardrailShape();
        shape.setMetadata(new ObjectMetaBuilder().withName(GuardrailPod.SHAPE).build());
        shape.setSpec(Guarded.shape());
        client.resource(shape).create();
        for (int n = 0; n < NAMESPACES; n++) {
            namespace("fleet-" + n, null);
            for (int w = 0; w < WORKLOADS; w++) {
                client.resource(Serialization.unmarshal("""
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: agent-%1$d, namespace: fleet-%2$d}
                        spec:
                          replicas: 0
                          selector: {matchLabels: {of: deployment}}
                          template:
                            metadata: {labels: {of: deployment}}
                            spec: {containers: [{name: agent, image: agent}]}
                        """.formatted(w, n), Deployment.class)).create();
            }
        }
        create(0, 0);
        create(1, 0);
        Thread.sleep(2000);
        for (int n = 0; n < NAMESPACES; n++) {
            namespace("fleet-" + n, Governance.GOVERNED);
        }
    }

    private void namespace(String name, String governed) {
        var metadata = new NamespaceBuilder().withNewMetadata().withName(name);
        if (governed != null) {
            metadata.addToLabels(Governance.NAMESPACE_LABEL, governed);
        }
        client.resource(metadata.endMetadata().build()).createOr(each -> each.patch());
        await("ServiceAccount", () -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
    }

    private void pods() throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> makers = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(16)) {
            for (int maker = 0; maker < 16; maker++) {
                makers.add(executor.submit(() -> {
                    for (int i = next.getAndIncrement(); i < NAMESPACES * WORKLOADS * PODS; i = next
                            .getAndIncrement()) {
                        int workload = i / PODS;
                        if (i % PODS != 0 || workload > 1) {
                            create(workload, i % PODS);
                        }
                    }
                }));
            }
            for (Future<?> maker : makers) {
                maker.get();
            }
        }
    }

    /** The first pod of each of the first 20 workloads is wrong; of the next ten, nothing is but what comes near it. */
    private void create(int workload, int number) {
        String namespace = "fleet-" + workload / WORKLOADS;
        String agent = "agent-" + workload % WORKLOADS;
        String name = agent + "-" + number;
        ObjectNode pod = Guarded.yaml("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s, labels: {of: measurement}}
                spec:
                  nodeName: simulated
                  automountServiceAccountToken: false
                  tolerations: [{operator: Exists}]
                  containers: [{name: agent, image: agent}]
                """.formatted(name, namespace));
        Standing standing = null;
        if (number == 0 && workload < 2 * WAYS) {
            pod = switch (workload / 2) {
                case 0, 1 -> owned(pod, namespace, agent);
                case 2 -> guarded(pod, agent, "2");
                default -> guarded(pod, agent, "1");
            };
            standing = switch (workload / 2) {
                case 0 -> Standing.OLDER_THAN_GOVERNANCE;
                case 1 -> Standing.MISSING;
                case 2 -> Standing.STALE;
                case 3 -> {
                    Guarded.merged((ObjectNode) pod.at("/spec/initContainers/0"), "command: [sleep, infinity]");
                    yield Standing.TAMPERED;
                }
                case 4 -> {
                    Guarded.merged(
                            (ObjectNode) pod.at("/spec/initContainers/0"),
                            "image: chaperone-guardrail@sha256:" + "9".repeat(64));
                    yield Standing.UNKNOWN_GUARDRAIL;
                }
                case 5 -> {
                    Guarded.merged(
                            (ObjectNode) pod.at("/spec/containers/0"),
                            "volumeMounts: [{name: chaperone-state, mountPath: /state}]");
                    yield Standing.TAMPERED;
                }
                case 6 -> {
                    ((ArrayNode) pod.at("/spec/initContainers")).insert(
                            0, Guarded.yaml(
                                    "{name: setup, image: i, securityContext: {capabilities: {drop: [ALL]}}}"));
                    yield Standing.TAMPERED;
                }
                default -> null;
            };
        } else {
            pod = guarded(pod, agent, "1");
        }
        if (standing != null) {
            wrong(namespace, name, standing);
        }
        client.resource(Guarded.typed(pod)).create();
        client.pods().inNamespace(namespace).withName(name).editStatus(there -> {
            there.getStatus().setPhase("Running");
            return there;
        });
    }

    private void wrong(String namespace, String pod, Standing standing) {
        synchronized (wrong) {
            wrong.put(namespace + "/" + pod, standing);
        }
    }

    private static ObjectNode guarded(ObjectNode pod, String agent, String release) {
        ObjectNode guarded = Guarded.pod(pod, Guarded.settings(release));
        return Guarded.merged(
                guarded,
                """
                        metadata: {annotations: {chaperone.dev/workload: '{"apiVersion":"apps/v1","kind":"Deployment","name":"%s","uid":"u"}'}}
                        """
                        .formatted(agent));
    }

    private ObjectNode owned(ObjectNode pod, String namespace, String agent) {
        String uid = client.apps().deployments().inNamespace(namespace).withName(agent).get().getMetadata().getUid();
        return Guarded.merged(
                pod,
                "metadata: {ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: %s, uid: %s, controller: true}]}"
                        .formatted(agent, uid));
    }

    /** Three more ways, done to pods that run. */
    private void later(SimulatedReports heard) {
        changed(7, "a debugger with NET_ADMIN, aimed at the guardrail", (namespace, pod) -> client.pods()
                .inNamespace(namespace).withName(pod).ephemeralContainers().edit(there -> {
                    there.getSpec().getEphemeralContainers().add(
                            new EphemeralContainerBuilder().withName("debug").withImage("debug")
                                    .withTargetContainerName(GuardrailPod.CONTAINER).withNewSecurityContext()
                                    .withNewCapabilities().addToAdd("NET_ADMIN").endCapabilities()
                                    .endSecurityContext().build());
                    return there;
                }), Standing.TAMPERED);
        changed(8, "another image runs", (namespace, pod) -> client.pods().inNamespace(namespace).withName(pod)
                .editStatus(there -> {
                    there.getStatus().setInitContainerStatuses(
                            List.of(new ContainerStatusBuilder()
                                    .withName(GuardrailPod.CONTAINER).withImage("i").withReady(true)
                                    .withRestartCount(0).withImageID("other@sha256:" + "9".repeat(64)).build()));
                    return there;
                }), Standing.TAMPERED);
        changed(9, "silence", (namespace, pod) -> heard.silence(namespace, pod), Standing.SILENT);
    }

    private void changed(int way, String what, BiConsumer<String, String> change, Standing standing) {
        long begun = System.nanoTime();
        for (int workload = 2 * way; workload < 2 * way + 2; workload++) {
            String namespace = "fleet-" + workload / WORKLOADS;
            String pod = "agent-" + workload % WORKLOADS + "-0";
            change.accept(namespace, pod);
            wrong(namespace, pod, standing);
        }
        await(what, this::matches);
        System.out.printf("%s: in the status %.0f ms after the change%n", what, millis(begun));
    }

    private Map<String, AgentCoverage> coverages() {
        Map<String, AgentCoverage> coverages = new TreeMap<>();
        client.resources(Agent.class).inAnyNamespace().list().getItems().forEach(agent -> {
            if (agent.getStatus() != null && agent.getStatus().coverage() != null) {
                coverages.put(agent.getMetadata().getNamespace() + "/" + agent.getMetadata().getName(),
                        agent.getStatus().coverage());
            }
        });
        return coverages;
    }

    private Map<String, Standing> found() {
        Map<String, Standing> found = new TreeMap<>();
        coverages().forEach((agent, coverage) -> {
            if (coverage.deviations() != null) {
                for (Deviation each : coverage.deviations()) {
                    found.put(agent.substring(0, agent.indexOf('/') + 1) + each.pod(), each.standing());
                }
            }
        });
        return found;
    }

    private boolean matches() {
        return found().equals(wrong);
    }

    private void tell() {
        int pods = coverages().values().stream().mapToInt(AgentCoverage::pods).sum();
        int guarded = coverages().values().stream().mapToInt(AgentCoverage::guardedPods).sum();
        System.out.printf(
                "%d pods, %d wrong: %s; found %s; falsely accused: %d; guarded %d (stale ones too)%n", pods,
                wrong.size(), wrong.values().stream().distinct().toList(), matches() ? "all" : "NOT ALL",
                found().keySet().stream().filter(pod -> !wrong.containsKey(pod)).count(), guarded);
    }

    /** The classification alone. */
    private void census() {
        Census census = new Census(
                KnownGuardrails.of(Guarded.shape()),
                new Programming(Map.of(), Instant.now(), HEARTBEAT, Instant.EPOCH));
        NamespaceFacts namespace = fleet.snapshot().namespaces().getFirst();
        List<Double> times = new ArrayList<>();
        for (int run = 0; run < 60; run++) {
            long begun = System.nanoTime();
            fleet.plan().agents().values()
                    .forEach(agent -> census.of(agent.pods(), namespace, null, null).coverage());
            times.add(millis(begun));
        }
        System.out.printf("a census of all pods from memory: median %.2f ms, first %.1f ms%n",
                times.subList(10, 60).stream().sorted().skip(25).findFirst().orElseThrow(), times.getFirst());
    }

    private void restart() throws Exception {
        Map<String, String> before = versions();
        SimulatedReports heard = new SimulatedReports(() -> fleet.plan());
        wrong.forEach((pod, standing) -> {
            if (standing == Standing.SILENT) {
                heard.silence(pod.substring(0, pod.indexOf('/')), pod.substring(pod.indexOf('/') + 1));
            }
        });
        try (Controller _ = controller(heard)) {
            Thread.sleep(HEARTBEAT.multipliedBy(2).toMillis());
            Map<String, String> after = versions();
            System.out.printf(
                    "restarted: %d of %d agents written; all as before: %s%n",
                    after.entrySet().stream().filter(each -> !each.getValue().equals(before.get(each.getKey())))
                            .count(),
                    after.size(), matches());
        }
    }

    private Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        client.resources(Agent.class).inAnyNamespace().list().getItems()
                .forEach(agent -> versions.put(
                        agent.getMetadata().getNamespace() + "/" + agent.getMetadata().getName(),
                        agent.getMetadata().getResourceVersion()));
        return versions;
    }

    /** What is kept of each pod for the census, and what reading it costs. */
    private void facts() throws InterruptedException {
        List<Pod> pods = client.pods().inAnyNamespace().withLabel("of", "measurement").list().getItems();
        List<GuardFacts> facts = new ArrayList<>(pods.size());
        for (int warmUp = 0; warmUp < 3; warmUp++) {
            pods.forEach(GuardFacts::of);
        }
        long before = used();
        long begun = System.nanoTime();
        pods.forEach(pod -> facts.add(GuardFacts.of(pod)));
        double took = millis(begun);
        long kept = used() - before;
        System.out.printf(
                "facts for the census of %d pods: %.0f µs and %d bytes each%n", facts.size(),
                1000 * took / facts.size(), kept / facts.size());
        System.out.printf("pods whose facts were read: %d%n", pods.size());
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + AT_MOST.toNanos();
        while (true) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (RuntimeException e) {
                // Not there yet.
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + AT_MOST + ": " + what);
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static double millis(long begun) {
        return (System.nanoTime() - begun) / 1e6;
    }
}
