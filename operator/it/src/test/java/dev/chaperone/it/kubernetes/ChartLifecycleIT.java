package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Installed, upgraded and taken away again, while the operator never ran: its image does not exist. */
@ExtendWith(SharedCluster.class)
class ChartLifecycleIT {
    private static final Duration COLLECTED = Duration.ofSeconds(60);
    private static final String WEBHOOKS = "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private static final String OWNER = "apis/rbac.authorization.k8s.io/v1/clusterroles/chaperone-operator";
    private static final String CRD = "apis/apiextensions.k8s.io/v1/customresourcedefinitions/guardrailshapes.chaperone.dev";
    private static final String DEPLOYMENT = "apis/apps/v1/namespaces/" + Chart.NAMESPACE
            + "/deployments/chaperone-operator";
    private static final String POLICY = "apis/chaperone.dev/v1alpha1/namespaces/agents/toolpolicies";

    private GovernedCluster cluster;

    @BeforeEach
    void take(GovernedCluster installed) {
        cluster = installed;
    }

    @AfterEach
    void clear() {
        cluster.clear();
    }

    @Test
    void is_upgraded_and_leaves_nothing_but_what_people_wrote() {
        // Given
        ApiServer admin = cluster.admin();
        admin.create(POLICY, Manifests.parse("""
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: coder}
                spec: {agentSelector: {}, defaultVerdict: Deny}
                """));
        // As the operator makes it, wedged: every pod of a governed namespace is refused.
        String uid = admin.get(OWNER).body().at("/metadata/uid").asText();
        assertThat(admin.as(Chart.OPERATOR).create(WEBHOOKS, webhooks(uid)).refusal()).isEmpty();

        // When
        Chart.upgrade(cluster.kubeconfig(), "operator.replicas", 3);
        boolean upgraded = admin.get(DEPLOYMENT).body().at("/spec/replicas").asInt() == 3
                && admin.get(OWNER).body().at("/metadata/uid").asText().equals(uid)
                && admin.get(WEBHOOKS + "/chaperone").accepted();
        Chart.uninstall(cluster.kubeconfig());

        // Then
        assertThat(upgraded).isTrue();
        await("the webhooks go with their owner").atMost(COLLECTED)
                .until(() -> admin.get(WEBHOOKS + "/chaperone").status() == 404);
        await("a bare pod is taken").atMost(COLLECTED)
                .until(() -> admin.dryRunCreate(GovernedCluster.PODS, AgentPod.bare().tree()).accepted());
        assertThat(admin.get("apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies").body()
                .findValuesAsText("name")).noneMatch(name -> name.startsWith("chaperone-"));
        assertThat(admin.get(CRD).accepted()).isTrue();
        assertThat(admin.get(POLICY + "/coder").accepted()).isTrue();
        Chart.install(cluster.kubeconfig());
        assertThat(admin.get(DEPLOYMENT).accepted()).as("installed again, over the CRDs that were kept").isTrue();
    }

    private static ObjectNode webhooks(String owner) {
        return Manifests.parse("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata:
                  name: chaperone
                  ownerReferences:
                  - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, name: chaperone-operator, uid: %s}
                webhooks:
                - name: pods.chaperone.dev
                  admissionReviewVersions: [v1]
                  sideEffects: None
                  failurePolicy: Fail
                  timeoutSeconds: 2
                  clientConfig: {service: {name: chaperone-webhook, namespace: chaperone-system, path: /pods}}
                  namespaceSelector: {matchLabels: {chaperone.dev/governed: 'true'}}
                  rules:
                  - {apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE]}
                """.formatted(owner));
    }
}
