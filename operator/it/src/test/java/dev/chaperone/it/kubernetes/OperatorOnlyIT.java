package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator found out is written by nobody else, not even by an admin of the cluster. */
@ExtendWith(SharedCluster.class)
class OperatorOnlyIT {
    private static final String API = "apis/chaperone.dev/v1alpha1/";
    private static final String NAMESPACED = API + "namespaces/" + GovernedCluster.NAMESPACE + "/";
    private static final String AGENT = NAMESPACED + "agents/payer";
    private static final String SHAPE = GovernedCluster.SHAPES + "/chaperone";
    private static final String POLICY = NAMESPACED + "toolpolicies/payer";

    private static ApiServer admin;
    private static ApiServer operator;

    @BeforeAll
    static void take(GovernedCluster cluster) {
        admin = cluster.admin();
        operator = admin.as(Chart.OPERATOR);
        assertThat(operator.create(NAMESPACED + "agents", agent("payer")).refusal()).isEmpty();
        assertThat(admin.create(NAMESPACED + "toolpolicies", Manifests.parse("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: payer}
                spec: {agentSelector: {}, defaultVerdict: Deny}
                """)).refusal()).isEmpty();
    }

    private static ObjectNode agent(String name) {
        return Manifests.parse("""
                apiVersion: chaperone.dev/v1alpha1
                kind: Agent
                metadata: {name: %s, labels: {app: payer}}
                spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: payer}}
                """.formatted(name));
    }

    @Test
    void nobody_else_creates_an_agent() {
        // When
        Answer answer = admin.dryRunCreate(NAMESPACED + "agents", agent("other"));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-operator-only'")
                .contains("Agents of workloads are written by the operator alone; write ToolPolicies and ToolServers");
    }

    @Test
    void an_agent_that_is_no_workload_here_is_declared_by_people() {
        // Given
        ObjectNode declared = Manifests.parse("""
                apiVersion: chaperone.dev/v1alpha1
                kind: Agent
                metadata: {name: assistant, labels: {app: assistant}}
                spec: {}
                """);

        // When
        Answer answer = admin.create(NAMESPACED + "agents", declared);

        // Then
        assertThat(answer.refusal()).isEmpty();
        assertThat(admin.dryRunPatch(NAMESPACED + "agents/assistant",
                "spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: payer}}").refusal())
                .contains("'chaperone-operator-only'");
        admin.delete(NAMESPACED + "agents/assistant");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "spec: {workloadRef: {name: other}}",
            "metadata: {labels: {app: other}}",
            "metadata: {annotations: {chaperone.dev/x: y}}"})
    void nobody_else_changes_an_agent(String change) {
        // When
        Answer answer = admin.dryRunPatch(AGENT, change);

        // Then
        assertThat(answer.refusal()).contains("'chaperone-operator-only'");
    }

    @Test
    void nobody_else_changes_the_shape() {
        // When
        Answer answer = admin.dryRunPatch(SHAPE, "spec: {containers: [{name: mine}]}");

        // Then
        assertThat(answer.refusal()).contains("GuardrailShapes are written by the operator alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {AGENT, POLICY})
    void nobody_else_writes_a_status(String object) {
        // When
        Answer answer = admin.dryRunPatch(object + "/status", "status: {observedGeneration: 7}");

        // Then
        assertThat(answer.refusal()).contains("'chaperone-operator-only'").contains("the status of ");
    }

    @ParameterizedTest
    @ValueSource(strings = {AGENT, POLICY})
    void the_operator_writes_a_status(String object) {
        // When
        Answer answer = operator.dryRunPatch(object + "/status", "status: {observedGeneration: 7}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void the_operator_changes_an_agent() {
        // When
        Answer answer = operator.dryRunPatch(AGENT, "metadata: {labels: {app: other}}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    /** As the garbage collector does it, under whatever name it runs. */
    @Test
    void finalizers_and_owners_are_changed_by_others() {
        // When
        Answer answer = admin.dryRunPatch(AGENT, "metadata: {finalizers: [foregroundDeletion], ownerReferences: []}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {AGENT, SHAPE})
    void others_delete(String object) {
        // When
        Answer answer = admin.dryRunDelete(object);

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void people_write_policies() {
        // When
        Answer answer = admin.dryRunPatch(POLICY, "spec: {defaultVerdict: NoOpinion}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }
}
