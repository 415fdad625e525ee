package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be done to a governed pod once it is there, asked of a real API server. */
@ExtendWith(SharedCluster.class)
class RunningPodIT {
    private static final String POD = GovernedCluster.PODS + "/running";
    private static final Duration IN_FORCE = Duration.ofSeconds(60);
    private static final String OLDER = "api/v1/namespaces/older/pods/coder";

    /** May do everything with pods and ServiceAccounts. */
    private static final String DEVELOPER = "developer";
    /** May debug besides. */
    private static final String DEBUGGER = "debugger";

    private static final String EVERYTHING = "[{apiGroups: [''], resources: ['*'], verbs: ['*']}]";
    private static final String DEBUG_CONTAINER = """
            spec:
              ephemeralContainers:
              - name: debug
                image: debug
                terminationMessagePolicy: File
                imagePullPolicy: IfNotPresent
                %s
            """;

    private static ApiServer developer;
    private static ApiServer debugger;

    @BeforeAll
    static void createPods(GovernedCluster cluster) {
        cluster.grant(DEVELOPER, EVERYTHING);
        cluster.grant(DEBUGGER, EVERYTHING);
        cluster.bind(DEBUGGER, "chaperone-debugger");
        ApiServer admin = cluster.admin();
        developer = admin.as(DEVELOPER);
        debugger = admin.as(DEBUGGER);
        assertThat(developer.create(GovernedCluster.PODS, AgentPod.guarded().named("running").tree()).refusal())
                .isEmpty();
        assertThat(developer.create(GovernedCluster.PODS, AgentPod.locked().named("locked").tree()).refusal())
                .isEmpty();
        cluster.namespace("older", "");
        AgentPod older = AgentPod.bare().with("metadata: {annotations: null}");
        assertThat(developer.create("api/v1/namespaces/older/pods", older.tree()).refusal()).isEmpty();
        admin.patch("api/v1/namespaces/older", "metadata: {labels: {chaperone.dev/governed: 'true'}}");
        await("it is governed").atMost(IN_FORCE).until(
                () -> !admin.dryRunCreate("api/v1/namespaces/older/pods", older.named("newer").tree()).accepted());
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{spec: {initContainers: [{name: chaperone-guardrail, image: mine}]}}",
            "{metadata: {labels: {a: b}}, spec: {initContainers: [{name: chaperone-guardrail, image: mine}]}}"})
    void the_guardrail_stays(String change) {
        // When
        Answer answer = developer.dryRunStrategicPatch(POD, change);

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'")
                .contains("the container chaperone-guardrail and its volumes never change; create the pod again");
    }

    @Test
    void the_guardrail_is_not_resized() {
        // When
        Answer answer = developer.dryRunStrategicPatch(POD + "/resize", """
                {spec: {initContainers: [{name: chaperone-guardrail, resources: {limits: {memory: 192Mi}}}]}}""");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'").contains("never change");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''      | '{"apiVersion":"apps/v1","kind":"Deployment","name":"payer","uid":"1"}'
            ''      |
            /status | '{"apiVersion":"apps/v1","kind":"Deployment","name":"payer","uid":"1"}'
            /status |
            """)
    void the_workload_stays(String subresource, String workload) {
        // Given
        String value = workload == null ? "null" : "'" + workload + "'";

        // When
        Answer answer = developer.dryRunPatch(POD + subresource,
                "metadata: {annotations: {chaperone.dev/workload: " + value + "}}");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'").contains("says whose pod this is");
    }

    @ParameterizedTest
    @CsvSource({"'', payer", "/status, payer"})
    void the_agent_stays(String subresource, String agent) {
        // When
        Answer answer = developer.dryRunPatch(POD + subresource, "metadata: {labels: {chaperone.dev/agent: " + agent
                + "}}");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'").contains("which agent's network policy");
    }

    @Test
    void a_scheduler_does_not_say_whose_pod_it_is() {
        // When
        Answer answer = developer.dryRunCreate(POD + "/binding", binding("chaperone.dev/workload"));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-binding'").contains("leave it out of the binding");
    }

    @Test
    void a_scheduler_binds_pods() {
        // When
        Answer answer = developer.dryRunCreate(POD + "/binding", binding("scheduler.example/score"));

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    private static ObjectNode binding(String annotation) {
        return Manifests.parse("""
                apiVersion: v1
                kind: Binding
                metadata: {name: running, annotations: {%s: x}}
                target: {apiVersion: v1, kind: Node, name: nowhere}
                """.formatted(annotation));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''      | {spec: {containers: [{name: agent, image: newer}]}}
            ''      | {metadata: {labels: {app: coder}, annotations: {note: x}}}
            /status | {status: {conditions: [{type: Custom, status: 'True'}]}}
            /resize | {spec: {containers: [{name: agent, resources: {requests: {cpu: 20m}}}]}}
            """)
    void the_rest_of_the_pod_changes_as_ever(String subresource, String change) {
        // When
        Answer answer = developer.dryRunStrategicPatch(POD + subresource, change);

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void a_pod_from_before_governance_is_updated_as_before() {
        // When
        Answer answer = developer.dryRunStrategicPatch(OLDER,
                "{metadata: {labels: {a: b}}, spec: {containers: [{name: agent, image: newer}]}}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void a_pod_from_before_governance_gets_no_workload() {
        // When
        Answer answer = developer.dryRunPatch(OLDER,
                "metadata: {annotations: {chaperone.dev/workload: '{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}'}}");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec?command=sh&", "attach?"})
    void the_guardrail_is_not_entered(String how) {
        // When
        Answer answer = developer.connect(POD + "/" + how + "container=chaperone-guardrail&stdout=true");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-exec'")
                .contains("read what it does with kubectl logs -c chaperone-guardrail");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec?command=sh&container=agent&stdout=true", "attach?container=agent&stdout=true",
            "portforward?ports=15080"})
    void the_agent_is_entered_as_ever(String how) {
        // When
        Answer answer = developer.connect(POD + "/" + how);

        // Then
        assertThat(answer.refusal()).isNotEmpty().doesNotContain("ValidatingAdmissionPolicy");
    }

    @Test
    void an_ephemeral_container_needs_the_verb_debug() {
        // When
        Answer answer = developer.dryRunStrategicPatch(POD + "/ephemeralcontainers", debugContainer("""
                securityContext: {capabilities: {drop: [ALL]}}"""));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-debug'").contains("ClusterRole chaperone-debugger");
    }

    @Test
    void an_ephemeral_container_is_added_with_the_verb_debug() {
        // When
        Answer answer = debugger.dryRunStrategicPatch(POD + "/ephemeralcontainers", debugContainer("""
                securityContext: {capabilities: {drop: [ALL]}}"""));

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '{securityContext: {capabilities: {drop: [ALL]}}, targetContainerName: chaperone-guardrail}'                           | take another container
            '{securityContext: {capabilities: {drop: [ALL]}}, volumeMounts: [{name: chaperone-state, mountPath: /s}]}'             | mounts a volume of the guardrail
            '{securityContext: {capabilities: {drop: [ALL]}}, volumeMounts: [{name: chaperone-audit, mountPath: /s}]}'             | mounts a volume of the guardrail
            '{securityContext: {capabilities: {drop: [ALL]}, runAsUser: 64515}}'                                                   | runs as user 64515
            '{securityContext: {capabilities: {drop: [ALL], add: [SYS_PTRACE]}}}'                                                  | adds a capability
            '{securityContext: {privileged: true, capabilities: {drop: [ALL]}}}'                                                   | is privileged
            '{stdin: true}'                                                                                                        | keeps NET_RAW
            """)
    void nobody_enters_the_guardrail_with_the_verb_debug(String container, String refusal) {
        // Given
        String members = container.substring(1, container.length() - 1);

        // When
        Answer answer = debugger.dryRunStrategicPatch(POD + "/ephemeralcontainers", """
                {spec: {ephemeralContainers: [{name: debug, image: debug, %s}]}}""".formatted(members));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-debug'").contains(refusal);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'capabilities: {drop: [NET_RAW]}, runAsUser: 1000, allowPrivilegeEscalation: false'           | capabilities to {drop: [ALL]}
            'capabilities: {drop: [ALL], add: [SETUID]}, runAsUser: 0, allowPrivilegeEscalation: false'   | capabilities to {drop: [ALL]}
            'capabilities: {drop: [ALL], add: [NET_ADMIN]}, runAsUser: 0, allowPrivilegeEscalation: false' | adds a capability
            'capabilities: {drop: [ALL]}, runAsUser: 0'                                                   | allowPrivilegeEscalation to false
            'capabilities: {drop: [ALL]}, runAsUser: 64515, allowPrivilegeEscalation: false'              | runs as user 64515
            """)
    void nobody_gets_round_the_lock_with_the_verb_debug(String context, String refusal) {
        // When
        Answer answer = debugger.dryRunStrategicPatch(GovernedCluster.PODS + "/locked/ephemeralcontainers",
                debugContainer("securityContext: {" + context + "}"));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-debug'").contains(refusal);
    }

    @Test
    void an_ephemeral_container_without_privileges_joins_a_locked_pod() {
        // When
        Answer answer = debugger.dryRunStrategicPatch(GovernedCluster.PODS + "/locked/ephemeralcontainers",
                debugContainer(
                        """
                                securityContext: {capabilities: {drop: [ALL]}, runAsUser: 0, allowPrivilegeEscalation: false}"""));

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void the_lock_stays() {
        // When
        Answer answer = developer.dryRunStrategicPatch(GovernedCluster.PODS + "/locked",
                "{spec: {initContainers: [{name: chaperone-egress-lock, image: mine}]}}");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-update'").contains("chaperone-egress-lock");
    }

    @Test
    void the_lock_is_not_entered() {
        // When
        Answer answer = developer.connect(
                GovernedCluster.PODS + "/locked/exec?command=sh&container=chaperone-egress-lock&stdout=true");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-pod-exec'").contains("the egress lock is not entered");
    }

    /** A policy that forbids them to be there, and not to be added, would refuse every later change of the pod. */
    @Test
    void a_pod_with_an_ephemeral_container_is_updated_as_before() {
        // Given
        developer.create(GovernedCluster.PODS, AgentPod.guarded().named("debugged").tree());
        String debugged = GovernedCluster.PODS + "/debugged";
        debugger.strategicPatch(debugged + "/ephemeralcontainers", debugContainer("""
                securityContext: {capabilities: {drop: [ALL]}}"""));

        // When
        Answer answer = developer.patch(debugged, "metadata: {labels: {a: b}}");

        // Then
        assertThat(answer.refusal()).isEmpty();
        assertThat(answer.body().at("/spec/ephemeralContainers/0/name").asText()).isEqualTo("debug");
    }

    private static String debugContainer(String more) {
        return DEBUG_CONTAINER.formatted(more);
    }

    @Test
    void nobody_fetches_a_guardrails_token() {
        // When
        Answer answer = developer.create(serviceAccountToken(), tokenRequest("guardrail.chaperone.dev"));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-token'").contains("kubelets fetch them");
    }

    @Test
    void tokens_of_other_audiences_are_fetched_as_ever() {
        // When
        Answer answer = developer.create(serviceAccountToken(), tokenRequest("vault"));

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void a_kubelet_fetches_a_guardrails_token(GovernedCluster cluster) {
        // Given
        cluster.grant("system:node:nowhere", EVERYTHING);

        // When
        Answer answer = cluster.admin().as("system:node:nowhere", "system:nodes").create(serviceAccountToken(),
                tokenRequest("guardrail.chaperone.dev"));

        // Then
        assertThat(answer.refusal()).doesNotContain("ValidatingAdmissionPolicy");
    }

    private static String serviceAccountToken() {
        return "api/v1/namespaces/" + GovernedCluster.NAMESPACE + "/serviceaccounts/default/token";
    }

    private static ObjectNode tokenRequest(String audience) {
        return Manifests.parse("""
                apiVersion: authentication.k8s.io/v1
                kind: TokenRequest
                spec: {audiences: [%s]}
                """.formatted(audience));
    }

    @Test
    void a_pod_is_deleted_as_ever() {
        // Given
        developer.create(GovernedCluster.PODS, AgentPod.guarded().named("done").tree());

        // When
        Answer answer = developer.delete(GovernedCluster.PODS + "/done");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }
}
