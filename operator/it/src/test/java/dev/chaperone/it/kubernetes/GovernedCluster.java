package dev.chaperone.it.kubernetes;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A cluster with the chart installed and one governed namespace, but no operator: its image does not exist. */
final class GovernedCluster {
    static final String NAMESPACE = "agents";
    static final String PODS = "api/v1/namespaces/" + NAMESPACE + "/pods";
    static final String SHAPES = "apis/chaperone.dev/v1alpha1/guardrailshapes";

    private static final Duration IN_FORCE = Duration.ofSeconds(60);

    private final StoryCluster cluster;
    private @Nullable Answer withoutShape;

    private GovernedCluster(StoryCluster cluster) {
        this.cluster = cluster;
    }

    static GovernedCluster start(StoryCluster cluster) {
        GovernedCluster governed = new GovernedCluster(cluster);
        cluster.namespace(Chart.NAMESPACE);
        Chart.install(cluster.kubeconfig());
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
        return cluster.admin();
    }

    /** Namespaced objects can be created in it at once. */
    void namespace(String name, String governed) {
        cluster.namespace(name);
        Answer answer = admin().patch("api/v1/namespaces/" + name,
                "metadata: {labels: {chaperone.dev/governed: \"%s\"}}".formatted(governed));
        if (!answer.accepted()) {
            throw new AssertionError(answer.refusal());
        }
    }

    /** Lets the user do what the rules, a YAML list in one line, say in all namespaces. */
    void grant(String user, String rules) {
        String name = user.replace(':', '-');
        admin().create("apis/rbac.authorization.k8s.io/v1/clusterroles", Manifests.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %s, labels: {%s: "true"}}
                rules: %s
                """.formatted(name, StoryCluster.LABEL, rules)));
        bind(user, name);
    }

    void bind(String user, String clusterRole) {
        admin().create("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", Manifests.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %s-%s, labels: {%s: "true"}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]
                """.formatted(user.replace(':', '-'), clusterRole, StoryCluster.LABEL, clusterRole, user)));
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

    /** Takes everything away; the next that wants a cluster like this sets it up anew. */
    void clear() {
        cluster.clear();
    }
}
