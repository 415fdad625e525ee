package dev.chaperone.admission.mutate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.admission.server.AdmissionAnswer;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import dev.chaperone.admission.server.AdmissionRequest;
import dev.chaperone.admission.server.AdmissionRequest.Kind;
import dev.chaperone.admission.server.AdmissionRequest.Operation;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.GuardrailSettings;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.injection.PodInjector;
import dev.chaperone.injection.WorkloadBinding;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodMutatorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Kind POD = new Kind("", "v1", "Pod");
    private static final String BARE = """
            {"metadata": {"generateName": "coder-"}, "spec": {"containers": [{"name": "agent", "image": "coder:1"}]}}
            """;
    private static final PodInjector INJECTOR = new PodInjector(
            new GuardrailSettings(
                    "guardrail@sha256:" + "00".repeat(32), PullPolicy.IF_NOT_PRESENT,
                    GuardrailSettings.channelUrl("chaperone-system"), "-----BEGIN CERTIFICATE-----\n",
                    Resources.DEFAULT));

    private boolean governed = true;
    private Predicate<Map<String, String>> locked = labels -> false;
    private final PodMutator mutator = new PodMutator(
            INJECTOR, new WorkloadBinding((namespace, apiVersion, kind, name, uid) -> null, List.of()),
            namespace -> governed, "dev/postgres"::equals, (namespace, workload, labels) -> locked.test(labels),
            "chaperone-system");

    @Test
    void guardsANewPod() throws Exception {
        // Given
        JsonNode pod = JSON.readTree(BARE);

        // When
        AdmissionAnswer answer = mutator.handle(request("dev", pod));

        // Then
        assertThat(JsonPatch.apply(patch(answer), pod)).isEqualTo(INJECTOR.inject(pod, Workload.POD));
    }

    @Test
    void locksThePodsThatAreToBeLocked() throws Exception {
        // Given
        locked = labels -> "coder".equals(labels.get("app"));
        JsonNode pod = JSON.readTree("""
                {"metadata": {"generateName": "coder-", "labels": {"app": "coder"}},
                  "spec": {"containers": [{"name": "agent"}], "initContainers": [{"name": "chaperone-egress-lock"}]}}
                """);

        // When
        AdmissionAnswer answer = mutator.handle(request("dev", pod));

        // Then
        JsonNode made = JsonPatch.apply(patch(answer), pod);
        assertThat(made).isEqualTo(INJECTOR.injectLocked(pod, Workload.POD));
        assertThat(made.at("/spec/initContainers/1/name").asText()).isEqualTo("chaperone-egress-lock");
        assertThat(patch(mutator.handle(request("dev", made)))).isEmpty();
    }

    @Test
    void neverGuessesWhetherAPodIsLocked() {
        // Given
        locked = labels -> {
            throw new IllegalStateException("not known yet");
        };

        // When
        ThrowingCallable asking = () -> mutator.handle(request("dev", JSON.readTree(BARE)));

        // Then: whoever answers for a handler that throws denies.
        assertThatThrownBy(asking).isInstanceOf(IllegalStateException.class).hasMessage("not known yet");
    }

    @Test
    void patchesNothingTheSecondTime() throws Exception {
        JsonNode guarded = INJECTOR.inject(JSON.readTree(BARE), Workload.POD);

        assertThat(patch(mutator.handle(request("dev", guarded)))).isEmpty();
    }

    private static JsonNode of(String serviceAccount, String fields) throws Exception {
        return JSON.readTree("""
                {"metadata": {"name": "db"}, "spec": {"serviceAccountName": "%s", "containers": [{"name": "db"}]%s}}
                """.formatted(serviceAccount, fields));
    }

    @Test
    void leavesPodsOfExemptServiceAccountsAlone() throws Exception {
        assertThat(patch(mutator.handle(request("dev", of("postgres", ""))))).isEmpty();
    }

    @Test
    void guardsPodsOfOtherServiceAccountsAndNamespaces() throws Exception {
        assertThat(patch(mutator.handle(request("dev", of("postgres2", ""))))).isNotEmpty();
        assertThat(patch(mutator.handle(request("prod", of("postgres", ""))))).isNotEmpty();
        assertThat(patch(mutator.handle(request("dev", JSON.readTree(BARE))))).isNotEmpty();
    }

    @Test
    void deniesAnExemptPodThatPassesForAGovernedOne() throws Exception {
        // Given
        JsonNode guarded = INJECTOR.inject(of("postgres", ""), Workload.POD);

        // When
        AdmissionAnswer answer = mutator.handle(request("dev", guarded));

        // Then
        assertThat(answer).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(denied.message()).contains("exempt from governance").contains("chaperone.dev/workload");
        });
    }

    @Test
    void deniesAPodThatSaysItIsAnotherAgent() throws Exception {
        JsonNode pod = JSON.readTree("""
                {"metadata": {"name": "coder", "labels": {"chaperone.dev/agent": "payer"}},
                  "spec": {"containers": [{"name": "agent"}]}}
                """);

        assertThat(mutator.handle(request("dev", pod))).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(denied.message()).startsWith("the pod brings along the label chaperone.dev/agent");
        });
    }

    @Test
    void deniesAPodThatClaimsAnOwner() throws Exception {
        JsonNode pod = JSON.readTree("""
                {"metadata": {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "coder-5d",
                  "uid": "1", "controller": true}]}, "spec": {"containers": [{"name": "agent"}]}}
                """);

        assertThat(mutator.handle(request("dev", pod))).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo(Reason.FORBIDDEN);
            assertThat(denied.message()).startsWith("the pod says that ReplicaSet coder-5d controls it, but jane");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-system", "kube-public", "kube-node-lease", "chaperone-system"})
    void neverTouchesKubernetesOrTheOperator(String namespace) throws Exception {
        assertThat(patch(mutator.handle(request(namespace, JSON.readTree(BARE))))).isEmpty();
    }

    @Test
    void leavesPodsOfOtherNamespacesAlone() throws Exception {
        governed = false;

        assertThat(patch(mutator.handle(request("dev", JSON.readTree(BARE))))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Operation.class, mode = EnumSource.Mode.EXCLUDE, names = "CREATE")
    void isNotForWhatIsThereAlready(Operation operation) throws Exception {
        AdmissionRequest request = new AdmissionRequest(
                "1", POD, null, operation, "dev", "x", "jane", false, JSON.readTree(BARE), JSON.readTree(BARE));

        assertThat(mutator.handle(request)).isInstanceOf(Denied.class);
    }

    @Test
    void isNotForAnythingButPods() throws Exception {
        JsonNode pod = JSON.readTree(BARE);

        assertThat(mutator.handle(request(new Kind("apps", "v1", "Deployment"), null, "dev", pod)))
                .isInstanceOf(Denied.class);
        assertThat(mutator.handle(request(POD, "binding", "dev", pod))).isInstanceOf(Denied.class);
        assertThat(mutator.handle(request(POD, null, null, pod))).isInstanceOf(Denied.class);
        assertThat(mutator.handle(request(POD, null, "dev", null))).isInstanceOf(Denied.class);
    }

    private static AdmissionRequest request(String namespace, JsonNode pod) {
        return request(POD, null, namespace, pod);
    }

    private static AdmissionRequest request(Kind kind, String subResource, String namespace, JsonNode pod) {
        return new AdmissionRequest(
                "1", kind, subResource, Operation.CREATE, namespace, "", "jane", true, pod, null);
    }

    private static JsonNode patch(AdmissionAnswer answer) {
        assertThat(answer).isInstanceOf(Allowed.class);
        return ((Allowed) answer).patch();
    }
}
