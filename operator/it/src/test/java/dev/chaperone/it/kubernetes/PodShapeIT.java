package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a pod's author may bring into a governed namespace, asked of a real API server. There is no operator: whatever
 * the webhook does or fails to do, this is what holds.
 */
@ExtendWith(SharedCluster.class)
class PodShapeIT {
    private static GovernedCluster cluster;

    @BeforeAll
    static void take(GovernedCluster shared) {
        cluster = shared;
    }

    private static Answer create(AgentPod pod) {
        return cluster.admin().dryRunCreate(GovernedCluster.PODS, pod.tree());
    }

    static Stream<Attempt> attempts() {
        return Stream.concat(ShapeAttempts.all(), LockAttempts.all());
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void isRefused(Attempt attempt) {
        // When
        Answer answer = create(attempt.pod());

        // Then
        assertThat(answer.refusal())
                .startsWith("pods \"coder\" is forbidden: ValidatingAdmissionPolicy 'chaperone-pod-shape'")
                .contains(attempt.refusal());
        assertThat(answer.status()).isEqualTo(403);
    }

    /** The API server itself knows no two containers of a name. */
    @Test
    void a_container_of_the_guardrails_name_beside_it_is_refused() {
        // Given
        AgentPod pod = AgentPod.guarded();
        pod.containers().add(Manifests.parse("{name: chaperone-guardrail, image: mine}"));

        // When
        Answer answer = create(pod);

        // Then
        assertThat(answer.refusal()).contains("chaperone-guardrail");
    }

    @Test
    void a_guardrail_among_the_containers_is_none() {
        // Given
        AgentPod pod = AgentPod.bare();
        pod.containers().add(Manifests.parse("{name: chaperone-guardrail, image: mine}"));

        // When
        Answer answer = create(pod);

        // Then
        assertThat(answer.refusal()).contains("no guardrail as its first init container");
    }

    @Test
    void a_missing_volume_is_refused() {
        // Given
        AgentPod pod = AgentPod.guarded().without("chaperone-state");
        pod.guardrail("""
                volumeMounts:
                - {name: chaperone-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
                - {name: chaperone-audit, mountPath: /var/spool/chaperone}""");

        // When
        Answer answer = create(pod);

        // Then
        assertThat(answer.refusal()).contains("is missing or was changed");
    }

    @Test
    void without_a_shape_every_pod_is_refused() {
        assertThat(cluster.withoutShape().refusal()).contains("no params found for policy binding");
    }

    static Stream<Attempt> fine() {
        return Stream.concat(LockAttempts.fine(), fineWithoutLock());
    }

    private static Stream<Attempt> fineWithoutLock() {
        return Stream.of(
                new Attempt("a guarded pod", AgentPod.guarded(), ""),
                new Attempt("the guardrail of the release before",
                        AgentPod.guarded().guardrail(GuardrailShapes.previous()), ""),
                new Attempt("an init container behind it", AgentPod.guarded().init(1, "{}"), ""),
                new Attempt("a native sidecar behind it", AgentPod.guarded().init(1, "restartPolicy: Always"), ""),
                new Attempt("a restricted agent", AgentPod.guarded().agent("""
                        securityContext:
                          allowPrivilegeEscalation: false
                          runAsNonRoot: true
                          runAsUser: 1000
                          capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
                          seccompProfile: {type: RuntimeDefault}"""), ""),
                new Attempt("a group for volumes", AgentPod.guarded().with("spec: {securityContext: {fsGroup: 2000}}"),
                        ""),
                new Attempt("a token of another audience", AgentPod.guarded()
                        .volume("""
                                {name: vault, projected: {sources: [{serviceAccountToken: {audience: vault, path: token}}]}}"""),
                        ""),
                new Attempt("a part of its own volume",
                        AgentPod.guarded().agent("volumeMounts: [{name: work, mountPath: /w, subPath: part}]"), ""),
                new Attempt("probes and hooks of its own", AgentPod.guarded().agent("""
                        readinessProbe: {httpGet: {port: 8080, path: /ready}}
                        lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}"""), ""),
                new Attempt("resolver options",
                        AgentPod.guarded().with("spec: {dnsConfig: {options: [{name: ndots, value: '2'}]}}"), ""),
                new Attempt("a safe sysctl", AgentPod.guarded().with("""
                        spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}}"""), ""),
                new Attempt("a name that the API server makes",
                        AgentPod.guarded().with("metadata: {name: null, generateName: coder-}"), ""));
    }

    @ParameterizedTest
    @MethodSource("fine")
    void isTaken(Attempt attempt) {
        // When
        Answer answer = create(attempt.pod());

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    /** So many containers and mounts as nobody has, and no rule runs out of its budget. */
    @Test
    void a_big_pod_is_judged_within_the_budget() {
        // Given
        AgentPod pod = AgentPod.guarded();
        for (int i = 0; i < 150; i++) {
            var container = AgentPod.bare().agent("name: agent-" + i).containers().get(0);
            var mounts = (ArrayNode) container.get("volumeMounts");
            for (int j = 0; j < 50; j++) {
                mounts.addObject().put("name", "work").put("mountPath", "/mnt/" + j);
            }
            pod.containers().add(container);
        }

        // When
        Answer answer = create(pod);

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    /** Found by the API server itself, which otherwise tells nobody. */
    @Test
    void no_expression_of_any_policy_has_a_type_error() {
        // Given
        String policies = "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
                + "?labelSelector=app.kubernetes.io/name%3Dchaperone";

        // When
        JsonNode checked = await("all policies are checked").atMost(Duration.ofSeconds(60)).until(
                () -> cluster.admin().get(policies).body().get("items"),
                items -> items.findValues("typeChecking").size() == items.size());

        // Then
        assertThat(checked).hasSizeGreaterThan(5);
        assertThat(checked.findValues("expressionWarnings")).isEmpty();
    }

    @Test
    void a_namespace_that_is_not_governed_is_left_alone() {
        AgentPod pod = AgentPod.bare().with("metadata: {annotations: {chaperone.dev/workload: null}}");
        assertThat(cluster.admin().dryRunCreate("api/v1/namespaces/default/pods", pod.tree()).refusal()).isEmpty();
    }

    @Test
    void a_pod_says_whose_it_is_in_no_namespace_that_may_be_governed_later() {
        assertThat(cluster.admin().dryRunCreate("api/v1/namespaces/default/pods", AgentPod.guarded().tree()).refusal())
                .contains("chaperone-pod-record").contains("chaperone.dev/workload is written by admission");
    }
}
