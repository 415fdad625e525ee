package dev.chaperone.it.kubernetes;

import static org.awaitility.Awaitility.await;

import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A cluster with the chart installed and one governed namespace, but no operator: its image does not exist. */
final class GovernedCluster implements AutoCloseable {
    static final String NAMESPACE = "agents";
    static final String PODS = "api/v1/namespaces/" + NAMESPACE + "/pods";
    static final String SHAPES = "apis/chaperone.dev/v1alpha1/guardrailshapes";

    private static final Duration IN_FORCE = Duration.ofSeconds(60);

    private final KubernetesCluster cluster;
    private final KubernetesClient client;
    private @Nullable Answer withoutShape;

    private GovernedCluster(KubernetesCluster cluster) {
        this.cluster = cluster;
        this.client = new KubernetesClientBuilder().withHttpClientFactory(new JdkHttpClientFactory())
                .withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
    }

    static GovernedCluster start() {
        GovernedCluster governed = new GovernedCluster(KubernetesCluster.start());
        Chart.install(governed.cluster.kubeconfig());
        governed.namespace(NAMESPACE, "true");
        governed.withoutShape = await("the policies are in force").atMost(IN_FORCE).until(
                governed::dryRunGuarded, answer -> answer.refusal().contains("chaperone-pod-shape"));
        governed.admin().as(Chart.OPERATOR).create(SHAPES, GuardrailShapes.shape());
        await("a guarded pod is taken").atMost(IN_FORCE).until(governed::dryRunGuarded, Answer::accepted);
        return governed;
    }

    private Answer dryRunGuarded() {
        return admin().dryRunCreate(PODS, AgentPod.guarded().tree());
    }

    /** What a good pod was told before the shape was known. */
    Answer withoutShape() {
        return Objects.requireNonNull(withoutShape);
    }

    /** Credentials of the admin. */
    String kubeconfig() {
        return cluster.kubeconfig();
    }

    ApiServer admin() {
        return new ApiServer(client, null, null);
    }

    /** Namespaced objects can be created in it at once. */
    void namespace(String name, String governed) {
        Answer answer = admin().create("api/v1/namespaces", Manifests.parse("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s, labels: {chaperone.dev/governed: "%s"}}
                """.formatted(name, governed)));
        if (!answer.accepted()) {
            throw new AssertionError(answer.refusal());
        }
        await("pods can have a ServiceAccount").atMost(IN_FORCE).until(
                () -> admin().get("api/v1/namespaces/" + name + "/serviceaccounts/default").accepted());
    }

    /** Lets the user do what the rules, a YAML list in one line, say in all namespaces. */
    void grant(String user, String rules) {
        String name = user.replace(':', '-');
        admin().create("apis/rbac.authorization.k8s.io/v1/clusterroles", Manifests.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %s}
                rules: %s
                """.formatted(name, rules)));
        bind(user, name);
    }

    void bind(String user, String clusterRole) {
        admin().create("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", Manifests.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %s-%s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]
                """.formatted(user, clusterRole, clusterRole, user)));
    }

    /** Whether the user has the right; an empty namespace stands for all, an empty name for any. */
    boolean may(String user, String verb, String group, String resource, String namespace, String name) {
        String[] parts = (resource + "/").split("/", -1);
        Answer answer = admin().create("apis/authorization.k8s.io/v1/subjectaccessreviews",
                Manifests
                        .parse("""
                                apiVersion: authorization.k8s.io/v1
                                kind: SubjectAccessReview
                                spec:
                                  user: '%s'
                                  resourceAttributes: {verb: %s, group: '%s', resource: %s, subresource: '%s', namespace: '%s', name: '%s'}
                                """
                                .formatted(user, verb, group, parts[0], parts[1], namespace, name)));
        return answer.body().at("/status/allowed").asBoolean();
    }

    @Override
    public void close() {
        client.close();
        cluster.close();
    }
}
