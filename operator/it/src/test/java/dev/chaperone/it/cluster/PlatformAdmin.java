package dev.chaperone.it.cluster;

import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;

/** Runs the cluster and Chaperone in it, and does to them what happens to clusters. */
final class PlatformAdmin {
    private static final Duration STARTING = Duration.ofMinutes(3);
    private static final String OPERATOR = "chaperone-operator";
    private static final String GUARDRAIL_USER = "64515";

    private final KubernetesClient client;
    private final KubernetesCluster cluster;

    PlatformAdmin(KubernetesClient client, KubernetesCluster cluster) {
        this.client = client;
        this.cluster = cluster;
    }

    /** So many replicas, and waits until it is so. */
    void scalesOperator(int replicas) {
        client.apps().deployments().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR)
                .scale(replicas);
        Awaitility.await(replicas + " replicas").atMost(STARTING).until(
                () -> operatorPods().size() == replicas && readyReplicas() == replicas);
    }

    private int readyReplicas() {
        var status = client.apps().deployments().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR)
                .get().getStatus();
        return Objects.requireNonNullElse(status.getReadyReplicas(), 0);
    }

    private List<Pod> operatorPods() {
        return client.pods().inNamespace(InstalledCluster.OPERATOR_NAMESPACE)
                .withLabel("app.kubernetes.io/component", "operator").list().getItems();
    }

    /** Name of the pod that leads. */
    String leader() {
        return Objects.requireNonNullElse(
                client.leases().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(OPERATOR).get()
                        .getSpec().getHolderIdentity(),
                "");
    }

    /** As when its node dies. */
    void killsOperatorPod(String name) {
        client.pods().inNamespace(InstalledCluster.OPERATOR_NAMESPACE).withName(name).withGracePeriod(0).delete();
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

    /** All guardrails of the node stand still. */
    void stopsGuardrails() throws IOException, InterruptedException {
        cluster.onNode("pkill", "-STOP", "-u", GUARDRAIL_USER);
    }

    /** They go on. */
    void continuesGuardrails() throws IOException, InterruptedException {
        cluster.onNode("pkill", "-CONT", "-u", GUARDRAIL_USER);
    }
}
