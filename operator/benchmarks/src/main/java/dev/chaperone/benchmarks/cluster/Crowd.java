package dev.chaperone.benchmarks.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** Agents of one simulated pod each in one governed namespace, whose guardrails speak the operator's real channel. */
final class Crowd implements AutoCloseable {
    static final String NAMESPACE = "crowd";

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int SLOWEST_START_MILLIS = 6000;

    private final Cluster cluster;
    private final URI channel;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .sslContext(whoeverAnswers()).build();
    private final Random random = new Random(5);
    /** By the pod's UID. */
    private final Map<String, SimulatedGuardrail> guardrails = new ConcurrentHashMap<>();
    /** By the node. */
    private final Map<String, KubernetesClient> kubelets = new ConcurrentHashMap<>();
    private final Thread thread;

    Crowd(Cluster cluster) {
        this.cluster = cluster;
        this.channel = channel(cluster);
        cluster.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: crowd, labels: {chaperone.dev/governed: "true"}}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: reviewers, namespace: crowd}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: chaperone-reviewer}
                subjects:
                - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: crowd-reviewers}
                ---
                apiVersion: chaperone.dev/v1alpha1
                kind: OversightPolicy
                metadata: {name: all, namespace: crowd}
                spec:
                  monitoring:
                    heartbeat:
                      maxAge: 30s
                      onLapse: {after: 15s, narrow: [{tools: ["*"], verdict: Deny}]}
                  review:
                    deciders:
                    - {kind: Group, name: crowd-reviewers}
                    onLapse: {after: 5s, narrow: [{tools: ["*"], verdict: Deny}]}
                """);
        this.thread = Thread.ofVirtual().start(this::accompany);
    }

    void begin(int agents) {
        for (int number = 0; number < agents; number++) {
            cluster.apply("""
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: agent-%1$d, namespace: crowd}
                    spec:
                      selector: {matchLabels: {app: agent-%1$d}}
                      template:
                        metadata: {labels: {app: agent-%1$d}}
                        spec:
                          nodeSelector: {type: kwok}
                          tolerations: [{key: kwok.x-k8s.io/node, operator: Exists}]
                          automountServiceAccountToken: false
                          containers: [{name: agent, image: agent}]
                    """.formatted(number));
        }
    }

    /** Every pod that runs has a guardrail some seconds later, and none is left of a pod that is gone. */
    private void accompany() {
        try {
            while (true) {
                List<Pod> pods = cluster.client().pods().inNamespace(NAMESPACE).list().getItems().stream()
                        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                        .filter(pod -> "Running".equals(pod.getStatus().getPhase())).toList();
                Set<String> present = pods.stream().map(pod -> pod.getMetadata().getUid())
                        .collect(Collectors.toSet());
                guardrails.entrySet().removeIf(each -> {
                    boolean gone = !present.contains(each.getKey());
                    if (gone) {
                        each.getValue().close();
                    }
                    return gone;
                });
                pods.forEach(pod -> guardrails.computeIfAbsent(pod.getMetadata().getUid(), _ -> guardrail(pod)));
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KubernetesClientException e) {
            // Interrupted while it asked, it is over.
            if (!Thread.currentThread().isInterrupted() && !(e.getCause() instanceof InterruptedIOException)) {
                throw e;
            }
        }
    }

    private SimulatedGuardrail guardrail(Pod pod) {
        return new SimulatedGuardrail(
                client, channel, () -> token(pod), Duration.ofMillis(random.nextInt(SLOWEST_START_MILLIS)));
    }

    // Nobody else than a pod's kubelet gets its guardrail's token.
    private String token(Pod pod) {
        KubernetesClient kubelet = kubelets.computeIfAbsent(
                pod.getSpec().getNodeName(),
                node -> Cluster.as("system:node:" + node, "system:nodes", "system:authenticated"));
        return kubelet.serviceAccounts().inNamespace(NAMESPACE).withName("default")
                .tokenRequest(new TokenRequestBuilder().withNewSpec().withAudiences("guardrail.chaperone.dev")
                        .withExpirationSeconds(3600L).withNewBoundObjectRef().withApiVersion("v1").withKind("Pod")
                        .withName(pod.getMetadata().getName()).withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef().endSpec().build())
                .getStatus().getToken();
    }

    List<SimulatedGuardrail> guardrails() {
        return List.copyOf(guardrails.values());
    }

    /** From outside, by a port of the node. */
    private static URI channel(Cluster cluster) {
        Service service = cluster.client().resource(
                new ServiceBuilder().withNewMetadata().withNamespace(Cluster.OPERATOR_NAMESPACE).withName("crowd")
                        .endMetadata().withNewSpec().withType("NodePort")
                        .addToSelector("app.kubernetes.io/component", "operator")
                        .addNewPort().withPort(443).withNewTargetPort("channel").endPort().endSpec().build())
                .createOr(existing -> existing.update());
        String node = cluster.client().nodes().list().getItems().stream()
                .filter(each -> !each.getMetadata().getLabels().containsKey("type"))
                .flatMap(each -> each.getStatus().getAddresses().stream())
                .filter(address -> address.getType().equals("InternalIP")).findFirst().orElseThrow().getAddress();
        return URI.create("https://" + node + ":" + service.getSpec().getPorts().getFirst().getNodePort());
    }

    // What is measured is the operator; who it is was settled when it was installed.
    private static SSLContext whoeverAnswers() {
        try {
            return SSLUtils.sslContext(new ConfigBuilder(Config.empty()).withTrustCerts().build());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        guardrails.values().forEach(SimulatedGuardrail::close);
        kubelets.values().forEach(KubernetesClient::close);
    }
}
