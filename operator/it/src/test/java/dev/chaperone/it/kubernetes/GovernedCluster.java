package dev.chaperone.it.kubernetes;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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
        await("the shape is taken").atMost(IN_FORCE)
                .until(() -> governed.admin().as(Chart.OPERATOR).create(SHAPES, GuardrailShapes.shape()).accepted());
        await("a guarded pod is taken").atMost(IN_FORCE).until(governed::dryRunGuarded, Answer::accepted);
        await("the last policy of the chart is in force").atMost(IN_FORCE).until(
                () -> governed.admin().dryRunCreate("api/v1/namespaces/default/pods", AgentPod.guarded().tree())
                        .refusal().contains("chaperone-pod-record"));
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

    /** Binds the user to the role, and waits until the API server goes by it. */
    void bind(String user, String clusterRole) {
        Set<JsonNode> before = rights(user);
        Answer made = admin().create("apis/rbac.authorization.k8s.io/v1/clusterrolebindings", Manifests.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %s-%s, labels: {%s: "true"}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]
                """.formatted(user.replace(':', '-'), clusterRole, StoryCluster.LABEL, clusterRole, user)));
        if (made.accepted()) {
            await(clusterRole + " is given").atMost(IN_FORCE).until(() -> !rights(user).equals(before));
        }
    }

    private Set<JsonNode> rights(String user) {
        Answer answer = admin().as(user).create("apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
                Manifests.parse("""
                        apiVersion: authorization.k8s.io/v1
                        kind: SelfSubjectRulesReview
                        spec: {namespace: %s}
                        """.formatted(NAMESPACE)));
        return StreamSupport.stream(answer.body().at("/status/resourceRules").spliterator(), false)
                .collect(Collectors.toSet());
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
