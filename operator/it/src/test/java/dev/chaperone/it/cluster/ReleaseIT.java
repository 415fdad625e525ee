package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.it.kubernetes.ApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Chaperone is taken away and comes back, while an agent works. */
class ReleaseIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String HELLO = "{\"message\":\"hello!\"}";

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    @Test
    void agentsOutliveARelease() throws Exception {
        // Given
        ApiServer admin = cluster.admin();
        AgentOwner owner = cluster.agentOwner();
        Pod pod = owner.waitsForPods(1).getFirst();
        cluster.policyAuthor().appliesGoverned(100);
        Awaitility.await("it may say hello").atMost(SOON).ignoreExceptions()
                .until(() -> !isRefused(owner, pod));

        // When
        cluster.uninstalls();

        // Then
        Awaitility.await("nothing dangles").atMost(SOON).untilAsserted(() -> assertThat(dangling(admin)).isEmpty());
        assertThat(admin.get("apis/chaperone.dev/v1alpha1/namespaces/agents/toolpolicies/coder").accepted()).isTrue();
        assertThat(isRefused(owner, pod)).as("by its last config").isFalse();

        cluster.installs();
        Awaitility.await("policies are taken").atMost(SOON).ignoreExceptions().until(() -> {
            cluster.policyAuthor().appliesGoverned(5);
            return true;
        });
        Awaitility.await("the pod of before hears of an edit").atMost(SOON).ignoreExceptions()
                .until(() -> isRefused(owner, pod));
        cluster.policyAuthor().appliesGoverned(100);
        Awaitility.await("and of another").atMost(SOON).ignoreExceptions().until(() -> !isRefused(owner, pod));
    }

    private static boolean isRefused(AgentOwner owner, Pod pod) throws Exception {
        JsonNode result = owner.agentCalls(pod, "everything", "echo", HELLO);
        return result.path("isError").asBoolean() || result.has("exception");
    }

    /** What is in nobody's namespace and still speaks of Chaperone, but for the kinds that people's policies are of. */
    private static List<String> dangling(ApiServer admin) {
        return List.of(
                "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
                "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
                "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
                "apis/rbac.authorization.k8s.io/v1/clusterroles",
                "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                "apis/rbac.authorization.k8s.io/v1/rolebindings",
                "apis/apps/v1/deployments",
                "apis/policy/v1/poddisruptionbudgets",
                "api/v1/services",
                "apis/chaperone.dev/v1alpha1/guardrailshapes").stream()
                .flatMap(path -> StreamSupport.stream(admin.get(path).body().path("items").spliterator(), false)
                        .map(item -> item.at("/metadata/name").asText())
                        .filter(name -> name.startsWith("chaperone") || name.contains("chaperone.dev"))
                        .map(name -> path + "/" + name))
                .toList();
    }
}
