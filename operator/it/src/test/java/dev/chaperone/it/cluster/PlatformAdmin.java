package dev.chaperone.it.cluster;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.it.kubernetes.Chart;
import dev.chaperone.test.KubernetesCluster;
import dev.chaperone.test.Skip;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;

/** Runs the cluster and Chaperone in it, and does to them what happens to clusters. */
final class PlatformAdmin {
    private static final Duration STARTING = Duration.ofMinutes(3);
    private static final String OPERATOR = "chaperone-operator";
    private static final String CHANNEL = "chaperone-channel";
    private static final String HIDDEN = "story/hidden";

    private final KubernetesClient client;
    private final Node node;
    private final String kubeconfig;

    PlatformAdmin(KubernetesClient client, KubernetesCluster cluster) {
        this.client = client;
        this.node = new Node(cluster);
        this.kubeconfig = cluster.kubeconfig();
    }

    /**
     * The machine below.
     *
     * @throws TestAbortedException when it is not ours to break
     */
    Node node() {
        if (!node.isOurs()) {
            throw Skip.because("nothing is done to the nodes of a cluster that is not the tests' own");
        }
        return node;
    }

    /** What stood still goes on, and what was ended is there again. */
    void healsAll() throws IOException, InterruptedException {
        if (node.isOurs()) {
            node.continuesAll();
        }
        scalesOperator(2);
    }

    /** So many replicas, and waits until it is so. */
    void scalesOperator(int replicas) {
        deployment().scale(replicas);
        waitsForOperator();
    }

    /** One replica after the other is replaced. */
    void restartsOperator() {
        client.apps().deployments().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR).rolling()
                .restart();
        waitsForOperator();
    }

    /** Waits until every replica is ready and of the newest revision. */
    void waitsForOperator() {
        Awaitility.await("the operator runs").atMost(STARTING).pollInterval(Duration.ofMillis(300)).ignoreExceptions()
                .until(() -> {
                    Deployment operator = deployment().get();
                    DeploymentStatus status = operator.getStatus();
                    int wanted = operator.getSpec().getReplicas();
                    return Objects.equals(status.getObservedGeneration(), operator.getMetadata().getGeneration())
                            && count(status.getUpdatedReplicas()) == wanted && count(status.getReplicas()) == wanted
                            && count(status.getReadyReplicas()) == wanted && operatorPods().size() == wanted;
                });
    }

    private static int count(Integer number) {
        return Objects.requireNonNullElse(number, 0);
    }

    private Resource<Deployment> deployment() {
        return client.apps().deployments().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR);
    }

    List<Pod> operatorPods() {
        return client.pods().inNamespace(InstalledCluster.OPERATOR_NAMESPACE)
                .withLabel("app.kubernetes.io/component", "operator").list().getItems();
    }

    private Pod operatorPod(String name) {
        return operatorPods().stream().filter(pod -> pod.getMetadata().getName().equals(name)).findFirst()
                .orElseThrow();
    }

    /** How often the containers of all replicas ended. */
    int operatorRestarts() {
        return operatorPods().stream().mapToInt(PlatformAdmin::restarts).sum();
    }

    int operatorRestarts(String name) {
        return restarts(operatorPod(name));
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream().mapToInt(status -> status.getRestartCount()).sum();
    }

    /** Name of the replica that leads; waits for one that lives, as nobody does for a moment after a leader has left. */
    String leader() {
        return leaderOtherThan("");
    }

    /** Name of the replica that leads, once it is not this one. */
    String leaderOtherThan(String former) {
        return Awaitility.await("a replica leads").atMost(STARTING).pollInterval(Duration.ofMillis(300))
                .ignoreExceptions().until(
                        () -> client.leases().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR).get()
                                .getSpec().getHolderIdentity(),
                        holder -> holder != null && !holder.equals(former)
                                && Readiness.isPodReady(operatorPod(holder)));
    }

    /** As when its node dies. */
    void killsOperatorPod(String name) {
        client.pods().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(name).withGracePeriod(0).delete();
    }

    /** Its process gets the signal; the pod remains. */
    void signalsOperator(String name, String signal) throws IOException, InterruptedException {
        node().signalsJavaOf(operatorPod(name), signal);
    }

    /** What the container of a replica said before it ended, with times. */
    List<String> logBeforeTheEnd(String name) {
        return client.pods().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(name).usingTimestamps()
                .terminated().getLog().lines().toList();
    }

    /**
     * Drains the only node of pods of these namespaces: no pod is placed on it, and every one is asked to leave, as by
     * {@code kubectl drain}.
     *
     * @return names of those that have to stay, by a budget
     */
    List<String> drainsNode(String... namespaces) {
        node();
        setUnschedulable(true);
        return Stream.of(namespaces)
                .flatMap(namespace -> client.pods().inNamespace(namespace).list().getItems().stream())
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .filter(pod -> !client.pods().resource(pod).evict())
                .map(pod -> pod.getMetadata().getName()).toList();
    }

    /** Pods may be placed on it again. */
    void uncordonsNode() {
        setUnschedulable(false);
    }

    private void setUnschedulable(boolean unschedulable) {
        client.nodes().list().getItems().forEach(node -> client.resource(node).edit(
                found -> new NodeBuilder(found).editSpec().withUnschedulable(unschedulable).endSpec().build()));
    }

    /** Guardrails do not find the operator any more; the API server does. */
    void hidesChannel() {
        channel().edit(
                service -> new ServiceBuilder(service).editSpec().addToSelector(HIDDEN, "true").endSpec().build());
        Awaitility.await("nothing leads to it").atMost(STARTING).until(
                () -> client.discovery().v1().endpointSlices().inNamespace(InstalledCluster.OPERATOR_NAMESPACE)
                        .withLabel("kubernetes.io/service-name", CHANNEL).list().getItems().stream()
                        .allMatch(slice -> slice.getEndpoints() == null || slice.getEndpoints().isEmpty()));
    }

    /** They find it again. */
    void showsChannel() {
        channel().edit(service -> new ServiceBuilder(service).editSpec().removeFromSelector(HIDDEN).endSpec().build());
    }

    private ServiceResource<Service> channel() {
        return client.services().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(CHANNEL);
    }

    void deletesWebhooks() {
        client.admissionRegistration().v1().mutatingWebhookConfigurations().withName("chaperone").delete();
        client.admissionRegistration().v1().validatingWebhookConfigurations().withName("chaperone").delete();
    }

    boolean hasWebhooks() {
        return client.admissionRegistration().v1().mutatingWebhookConfigurations().withName("chaperone").get() != null
                && client.admissionRegistration().v1().validatingWebhookConfigurations().withName("chaperone")
                        .get() != null;
    }

    /** @param endpoint of a collector; empty for the operator's standard output */
    void sendsTrailsTo(String endpoint) {
        Chart.upgrade(kubeconfig, "audit.otlp.endpoint", endpoint);
        waitsForOperator();
    }

    /** Upgrades the release to one whose guardrails may use so much memory, and waits for the operator of it. */
    void upgradesToGuardrailsOf(String memory) {
        Chart.upgrade(kubeconfig, "guardrail.resources.limits.memory", memory);
        waitsForOperator();
        Awaitility.await("new pods get it").atMost(STARTING)
                .until(() -> memoryOfAcceptedGuardrails().getFirst().equals(memory));
    }

    /** Memory of the guardrails that pods may be created with, that of new ones first. */
    List<String> memoryOfAcceptedGuardrails() {
        return client.resources(GuardrailShape.class).withName(GuardrailPod.SHAPE).get().getSpec().containers().stream()
                .map(container -> container.at("/resources/limits/memory").asText()).toList();
    }

    /** Makes the serving certificate unreadable, so that another has to be made. */
    void spoilsServingCertificate() {
        client.secrets().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName("chaperone-certificates")
                .edit(secret -> new SecretBuilder(secret).addToData("tls.crt", "").build());
    }
}
