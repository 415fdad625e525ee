package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who says which namespaces are governed, and who may do what, asked of a real API server. */
@ExtendWith(SharedCluster.class)
class GovernanceIT {
    private static final String NAMESPACES = "api/v1/namespaces";
    private static final Duration IN_FORCE = Duration.ofSeconds(60);

    /** May do everything with namespaces, and govern none. */
    private static final String TENANT = "tenant";
    private static final String PLATFORM_ADMIN = "platform-admin";

    private static GovernedCluster cluster;
    private static ApiServer tenant;
    private static ApiServer platformAdmin;

    @BeforeAll
    static void take(GovernedCluster shared) {
        cluster = shared;
        cluster.grant(TENANT,
                "[{apiGroups: [''], resources: [namespaces, namespaces/status, namespaces/finalize], verbs: ['*']}]");
        cluster.bind(PLATFORM_ADMIN, "chaperone-platform-admin");
        tenant = cluster.admin().as(TENANT);
        platformAdmin = cluster.admin().as(PLATFORM_ADMIN);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            agents,         null
            agents,         'false'
            agents,         break-glass
            agents/status,  null
            default,        'true'
            """)
    void others_change_no_governance(String namespace, String label) {
        // When
        Answer answer = tenant.dryRunPatch(NAMESPACES + "/" + namespace, label(label));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-namespace-label'").contains("needs the verb govern");
        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void others_create_no_governed_namespace() {
        // When
        Answer answer = tenant.dryRunCreate(NAMESPACES, Manifests.parse("""
                {apiVersion: v1, kind: Namespace, metadata: {name: new, labels: {chaperone.dev/governed: 'true'}}}"""));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-namespace-label'");
    }

    @Test
    void others_replace_no_governed_namespace() {
        // When
        Answer answer = tenant.dryRunReplace(NAMESPACES + "/agents", Manifests.parse("""
                {apiVersion: v1, kind: Namespace, metadata: {name: agents}}"""));

        // Then
        assertThat(answer.refusal()).contains("'chaperone-namespace-label'");
    }

    @Test
    void others_change_other_labels() {
        // When
        Answer answer = tenant.dryRunPatch(NAMESPACES + "/agents", "metadata: {labels: {team: x}}");

        // Then
        assertThat(answer.refusal()).isEmpty();
    }

    @Test
    void a_platform_admin_governs_a_namespace() {
        // When
        Answer answer = platformAdmin.dryRunPatch(NAMESPACES + "/default", label("true"));

        // Then
        assertThat(answer.refusal()).isEmpty();
        assertThat(answer.warnings()).isEmpty();
    }

    /** A slip of the pen would leave the namespace without governance, and nobody would know. */
    @ParameterizedTest
    @ValueSource(strings = {"True", "yes", "false"})
    void a_label_that_means_nothing_is_refused(String value) {
        // When
        Answer answer = platformAdmin.dryRunPatch(NAMESPACES + "/default", label(value));

        // Then
        assertThat(answer.refusal()).contains("is \"true\", or \"break-glass\", or not there");
    }

    @Test
    void the_end_of_governance_is_told() {
        // When
        Answer answer = platformAdmin.dryRunPatch(NAMESPACES + "/agents", label("null"));

        // Then
        assertThat(answer.refusal()).isEmpty();
        assertThat(answer.warnings()).singleElement().asString().contains("namespace agents is no longer governed");
    }

    private static AgentPod nobodys() {
        return AgentPod.bare().named("bare").with("metadata: {annotations: {chaperone.dev/workload: null}}");
    }

    @Test
    void break_glass_admits_any_pod_and_tells_everyone() {
        // Given
        cluster.namespace("glass", "true");
        String pods = NAMESPACES + "/glass/pods";
        await("a bare pod is refused").atMost(IN_FORCE)
                .until(() -> !cluster.admin().dryRunCreate(pods, AgentPod.bare().tree()).accepted());
        cluster.admin().create(pods, AgentPod.guarded().tree());

        // When
        Answer glass = platformAdmin.patch(NAMESPACES + "/glass", label("break-glass"));

        // Then
        assertThat(glass.warnings()).singleElement().asString()
                .contains("namespace glass is under break-glass: new pods are admitted without a guardrail");
        Answer admitted = await("a bare pod is taken").atMost(IN_FORCE)
                .until(() -> cluster.admin().dryRunCreate(pods, nobodys().tree()), Answer::accepted);
        assertThat(admitted.warnings()).singleElement().asString()
                .contains("namespace glass is under break-glass: the pod is admitted as it comes");
        assertThat(cluster.admin().dryRunCreate(pods, AgentPod.guarded().named("forged").tree()).refusal())
                .as("a pod that says whose it is").contains("chaperone-pod-record");
        assertThat(cluster.admin().dryRunStrategicPatch(pods + "/coder",
                "{spec: {initContainers: [{name: chaperone-guardrail, image: mine}]}}").refusal())
                .as("guardrails that run").contains("never change");
        platformAdmin.patch(NAMESPACES + "/glass", label("true"));
        await("a bare pod is refused again").atMost(IN_FORCE)
                .until(() -> !cluster.admin().dryRunCreate(pods, AgentPod.bare().named("bare").tree()).accepted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-system", Chart.NAMESPACE})
    void the_clusters_and_the_operators_namespace_are_left_alone(String namespace) {
        // Given
        platformAdmin.patch(NAMESPACES + "/" + namespace, label("true"));

        // When
        Answer answer = cluster.admin().dryRunCreate(NAMESPACES + "/" + namespace + "/pods",
                AgentPod.bare().tree());

        // Then
        platformAdmin.patch(NAMESPACES + "/" + namespace, label("null"));
        assertThat(answer.refusal()).isEmpty();
    }

    private static String label(String value) {
        return "metadata: {labels: {chaperone.dev/governed: "
                + (value.equals("null") ? "null" : "'" + value + "'") + "}}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            chaperone-platform-admin | create | clustertoolpolicies | yes
            chaperone-platform-admin | govern | governance          | yes
            chaperone-platform-admin | patch  | namespaces          | yes
            chaperone-platform-admin | debug  | governance          | no
            chaperone-platform-admin | patch  | guardrailconfigs    | no
            chaperone-agent-team     | create | toolpolicies        | yes
            chaperone-agent-team     | get    | guardrailconfigs    | yes
            chaperone-agent-team     | create | toolservers         | no
            chaperone-agent-team     | create | clustertoolpolicies | no
            chaperone-agent-team     | govern | governance          | no
            chaperone-agent-team     | delete | agents              | no
            chaperone-reviewer       | list   | agents              | yes
            chaperone-reviewer       | create | toolpolicies        | no
            chaperone-pipeline       | patch  | clustertoolservers  | yes
            chaperone-pipeline       | govern | governance          | no
            chaperone-debugger       | debug  | governance          | yes
            chaperone-debugger       | get    | agents              | no
            view                     | list   | agents              | yes
            view                     | get    | toolpolicies        | no
            view                     | get    | guardrailconfigs    | no
            edit                     | create | toolpolicies        | no
            admin                    | create | toolpolicies        | no
            """)
    void a_role_allows(String role, String verb, String resource, String allowed) {
        // Given
        String user = "only-" + role;
        cluster.bind(user, role);
        String group = resource.equals("namespaces") ? "" : "chaperone.dev";

        // When
        boolean may = await().atMost(IN_FORCE).until(() -> cluster.may(user, verb, group, resource, "agents", ""),
                answer -> answer == allowed.equals("yes"));

        // Then
        assertThat(may).isEqualTo(allowed.equals("yes"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            get    | ''                           | secrets                         | chaperone-system | ''                     | yes
            update | ''                           | secrets                         | chaperone-system | chaperone-certificates | yes
            update | ''                           | secrets                         | chaperone-system | tracker-token          | no
            get    | ''                           | secrets                         | agents           | ''                     | no
            list   | ''                           | secrets                         | ''               | ''                     | no
            list   | ''                           | pods                            | ''               | ''                     | yes
            create | ''                           | pods                            | agents           | ''                     | no
            patch  | ''                           | pods                            | agents           | ''                     | no
            patch  | ''                           | namespaces                      | ''               | ''                     | no
            patch  | chaperone.dev                | toolpolicies/status             | agents           | ''                     | yes
            patch  | chaperone.dev                | toolpolicies                    | agents           | ''                     | no
            patch  | chaperone.dev                | guardrailconfigs                | agents           | ''                     | yes
            govern | chaperone.dev                | governance                      | ''               | ''                     | no
            patch  | admissionregistration.k8s.io | mutatingwebhookconfigurations   | ''               | chaperone              | yes
            patch  | admissionregistration.k8s.io | mutatingwebhookconfigurations   | ''               | other                  | no
            create | admissionregistration.k8s.io | validatingwebhookconfigurations | ''               | ''                     | yes
            delete | admissionregistration.k8s.io | validatingadmissionpolicies     | ''               | chaperone-pod-shape    | no
            create | authentication.k8s.io        | tokenreviews                    | ''               | ''                     | yes
            get    | rbac.authorization.k8s.io    | clusterroles                    | ''               | chaperone-operator     | yes
            get    | rbac.authorization.k8s.io    | clusterroles                    | ''               | cluster-admin          | no
            create | coordination.k8s.io          | leases                          | chaperone-system | ''                     | yes
            create | coordination.k8s.io          | leases                          | agents           | ''                     | no
            """)
    void the_operator_may(String verb, String group, String resource, String namespace, String name, String allowed) {
        // When
        boolean may = cluster.may(Chart.OPERATOR, verb, group, resource, namespace, name);

        // Then
        assertThat(may).isEqualTo(allowed.equals("yes"));
    }
}
