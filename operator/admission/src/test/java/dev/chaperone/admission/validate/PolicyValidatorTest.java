package dev.chaperone.admission.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.chaperone.admission.server.AdmissionAnswer;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import dev.chaperone.admission.server.AdmissionRequest;
import dev.chaperone.admission.server.AdmissionRequest.Kind;
import dev.chaperone.admission.server.AdmissionRequest.Operation;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyValidatorTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final KubernetesSerialization TYPED = new KubernetesSerialization();

    private static final String SERVER = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolServer
            metadata: {name: payments, namespace: dev}
            spec:
              url: http://payments.dev.svc/mcp
              tools:
              - name: pay
                inputSchema: {type: object, properties: {amount: {type: number}}}
            """;
    private static final String POLICY = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolPolicy
            metadata: {name: pay, namespace: dev}
            spec:
              rules:
              - name: ceiling
                tools: [payments/pay]
                when: args.amount > 10.0
                verdict: Deny
            """;

    private static final String OVERSIGHT = """
            apiVersion: chaperone.dev/v1alpha1
            kind: OversightPolicy
            metadata: {name: kept, namespace: dev}
            spec:
              agentSelector: {matchLabels: {app: coder}}
              monitoring: {auditTrail: {maxAge: 2m}}
            """;

    private PolicyWorld world = new PolicyWorld(
            List.of(), ToolServers.of(
                    List.of(Sourced.of(TYPED.unmarshal(SERVER, ToolServer.class))), List.of(),
                    Map.of("dev", Map.of())));
    private String credentialProblem;
    private final PolicyValidator validator = new PolicyValidator(
            new PolicyCompiler(), () -> world, (namespace, reference, url) -> credentialProblem);

    @Test
    void takesWhatCompiles() {
        assertThat(created(POLICY)).isEqualTo(Allowed.asItIs(List.of()));
        assertThat(created(SERVER)).isEqualTo(Allowed.asItIs(List.of()));
    }

    @Test
    void tellsWhatOversightIsNoLongerAskedFor() {
        String strict = OVERSIGHT.replace("maxAge: 2m", "maxAge: 1m");

        assertThat(created(OVERSIGHT)).isEqualTo(Allowed.asItIs(List.of()));
        assertThat(updated(strict, OVERSIGHT)).isEqualTo(Allowed.asItIs(
                List.of("monitoring.auditTrail asks for less than it did, or for something else")));
        assertThat(deleted(OVERSIGHT)).isEqualTo(Allowed.asItIs(
                List.of("deleting the policy takes away monitoring.auditTrail")));
    }

    @Test
    void refusesOversightOfAgentsThatThereCannotBe() {
        AdmissionAnswer answer = created(OVERSIGHT.replace("app: coder", "te am: coder"));

        assertThat(answer).isInstanceOfSatisfying(Denied.class, denied -> assertThat(denied.message()).startsWith(
                "error: OversightPolicy dev/kept, spec.agentSelector.matchLabels[te am]: 'te am' is no key of a label"));
    }

    @Test
    void refusesInTheWordsOfTheCompiler() {
        AdmissionAnswer answer = created(POLICY.replace("args.amount", "args.amout"));

        assertThat(answer).isEqualTo(new Denied(Reason.INVALID, """
                error: ToolPolicy dev/pay, spec.rules[0].when: undefined field 'amout'
                    args.amout > 10.0
                         ^
                    did you mean 'amount'?""", List.of()));
    }

    @Test
    void saysEverythingThatIsWrong() {
        AdmissionAnswer answer = created(
                POLICY.replace("args.amount > 10.0", "args.amount > 'ten'") + """
                          - {name: other, tools: ['nothing/there'], when: 'tru', verdict: Deny}
                        """.indent(0));

        assertThat(answer).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.message()).contains("spec.rules[0].when", "spec.rules[1].when");
            assertThat(denied.warnings()).singleElement().asString().isEqualTo(
                    "ToolPolicy dev/pay, spec.rules[1].tools[0]: 'nothing/there' matches no tool of any tool server; "
                            + "known tools: payments/pay");
        });
    }

    @Test
    void refusesWhatTheManifestReaderRefuses() {
        AdmissionAnswer answer = created(POLICY.replace("when: args.amount > 10.0", "when: null"));

        assertThat(answer).isInstanceOfSatisfying(Denied.class, denied -> assertThat(denied.message())
                .isEqualTo(
                        """
                                error: ToolPolicy dev/pay, spec.rules[0].when: Invalid value: null: reads as if the field were not there
                                    write a value or remove the field"""));
    }

    @Test
    void looksAtNoMetadataThatTheApiServerAdds() {
        ObjectNode object = (ObjectNode) yaml(POLICY);
        ((ObjectNode) object.path("metadata")).put("uid", "1").put("generation", 1)
                .putArray("managedFields").addObject().put("manager", "kubectl");
        object.putObject("status").put("observedGeneration", 1);

        assertThat(answer(Operation.CREATE, object, null)).isEqualTo(Allowed.asItIs(List.of()));
    }

    @Test
    void checksAClusterPolicyInEveryNamespace() {
        String cluster = POLICY.replace("kind: ToolPolicy", "kind: ClusterToolPolicy").replace(", namespace: dev", "");

        assertThat(created(cluster)).isEqualTo(Allowed.asItIs(List.of()));
        assertThat(created(cluster.replace("args.amount", "args.amout"))).isInstanceOfSatisfying(
                Denied.class,
                denied -> assertThat(denied.message()).startsWith("error: ClusterToolPolicy pay, spec.rules[0].when"));
    }

    @Test
    void warnsOfALooserPolicy() {
        assertThat(updated(POLICY, POLICY.replace("10.0", "500.0"))).isEqualTo(
                Allowed.asItIs(List.of("rule ceiling (Deny) may match fewer calls: its condition changes")));
    }

    @Test
    void letsABrokenPolicyBeLabelledAndItsFinalizersBeRemoved() {
        String broken = POLICY.replace("args.amount", "args.amout");

        assertThat(updated(broken, broken.replace("name: pay,", "name: pay, labels: {a: b},")))
                .isEqualTo(Allowed.asItIs(List.of()));
        assertThat(updated(broken, broken.replace("10.0", "11.0"))).isInstanceOf(Denied.class);
    }

    @Test
    void warnsOfADeletedPolicy() {
        assertThat(deleted(POLICY)).isEqualTo(
                Allowed.asItIs(List.of("deleting the policy takes away a rule that restricts")));
    }

    @Test
    void aChangedToolServerTakesNoPolicyBack() {
        // Given
        world = new PolicyWorld(List.of(input(POLICY)), world.servers());

        // When
        AdmissionAnswer answer = updated(SERVER, SERVER.replace("amount", "sum"));

        // Then
        assertThat(answer).isEqualTo(Allowed.asItIs(List.of(
                "from now on, ToolPolicy dev/pay, spec.rules[0].when: undefined field 'amount'; known fields: sum")));
    }

    @Test
    void aChangedToolServerIsNotBlamedForWhatWasBrokenBefore() {
        world = new PolicyWorld(List.of(input(POLICY.replace("args.amount", "args.amout"))), world.servers());

        assertThat(updated(SERVER, SERVER.replace("http:", "https:"))).isEqualTo(Allowed.asItIs(List.of()));
    }

    @Test
    void warnsOfADeletedToolServer() {
        // Given
        String other = SERVER.replace("name: payments", "name: other");
        world = new PolicyWorld(
                List.of(input(POLICY)), world.servers().with(TYPED.unmarshal(other, ToolServer.class)));

        // When
        AdmissionAnswer answer = deleted(SERVER);

        // Then
        assertThat(answer.warnings()).singleElement().asString()
                .startsWith("from now on, ToolPolicy dev/pay, spec.rules[0].tools[0]: 'payments/pay' matches no tool");
    }

    @Test
    void warnsOfAToolThatIsNoLongerPinned() {
        // Given
        String digest = "sha256:" + "0".repeat(64);
        String pinned = SERVER.replace("- name: pay\n", "- name: pay\n    definition: '" + digest + "'\n");

        // When
        AdmissionAnswer updated = updated(pinned, SERVER);
        AdmissionAnswer deleted = deleted(pinned);

        // Then
        AdmissionAnswer warned = Allowed.asItIs(List.of("tool pay is no longer pinned, it was to " + digest));
        assertThat(updated).isEqualTo(warned);
        assertThat(deleted).isEqualTo(warned);
    }

    @Test
    void refusesAToolServerThatIsNotSound() {
        assertThat(created(SERVER.replace("http://payments", "ftp://payments"))).isInstanceOfSatisfying(
                Denied.class, denied -> assertThat(denied.message()).startsWith("error: ToolServer dev/payments"));
    }

    @Test
    void refusesACredentialThatIsNotOffered() {
        // Given
        credentialProblem = "Secret payments-token is not offered to namespace dev";

        // When
        AdmissionAnswer answer = created(
                SERVER + "  credentials: {secretRef: {name: payments-token, key: token}}\n");

        // Then
        assertThat(answer).isEqualTo(new Denied(
                Reason.INVALID,
                "error: ToolServer dev/payments, spec.credentials.secretRef: Secret payments-token is not offered to"
                        + " namespace dev",
                List.of()));
        assertThat(created(SERVER)).isEqualTo(Allowed.asItIs(List.of()));
    }

    @Test
    void aSharedServerWarnsOfTheOnesWhoseNameItTakes() {
        String shared = SERVER.replace("kind: ToolServer", "kind: ClusterToolServer").replace(", namespace: dev", "")
                .replace("spec:\n", "spec:\n  namespaceSelector: {}\n");

        assertThat(created(shared)).isInstanceOfSatisfying(
                Allowed.class, allowed -> assertThat(allowed.warnings()).anySatisfy(warning -> assertThat(warning)
                        .startsWith("from now on, ToolServer dev/payments, metadata.name: ")));
    }

    @Test
    void isNotForAnythingElse() {
        AdmissionRequest request = new AdmissionRequest(
                "1", new Kind("apps", "v1", "ToolPolicy"), null, Operation.CREATE, "dev", "pay", "jane", false,
                yaml(POLICY), null);

        assertThat(validator.handle(request)).isInstanceOf(Denied.class);
        assertThat(answer(Operation.CREATE, null, yaml(POLICY))).isInstanceOf(Denied.class);
    }

    @Test
    void lastingBrokenClusterPoliciesDoNotStopOthers() {
        world = new PolicyWorld(
                List.of(PolicyInput.ofCluster(Sourced.of(TYPED.unmarshal("""
                        apiVersion: chaperone.dev/v1alpha1
                        kind: ClusterToolPolicy
                        metadata: {name: broken}
                        spec: {rules: [{name: a, tools: ['*'], when: 'tru', verdict: Deny}]}
                        """, ClusterToolPolicy.class)))),
                world.servers());

        assertThat(created(POLICY)).isEqualTo(Allowed.asItIs(List.of()));
        assertThat(created(SERVER.replace("payments", "other"))).isEqualTo(Allowed.asItIs(List.of()));
    }

    private static PolicyInput input(String policy) {
        return PolicyInput.of(Sourced.of(TYPED.unmarshal(policy, ToolPolicy.class)));
    }

    private AdmissionAnswer created(String object) {
        return answer(Operation.CREATE, yaml(object), null);
    }

    private AdmissionAnswer updated(String before, String after) {
        return answer(Operation.UPDATE, yaml(after), yaml(before));
    }

    private AdmissionAnswer deleted(String before) {
        return answer(Operation.DELETE, null, yaml(before));
    }

    private AdmissionAnswer answer(Operation operation, JsonNode object, JsonNode oldObject) {
        JsonNode either = object == null ? oldObject : object;
        return validator.handle(new AdmissionRequest(
                "1", new Kind("chaperone.dev", "v1alpha1", either.path("kind").asText()), null, operation,
                either.at("/metadata/namespace").textValue(), either.at("/metadata/name").asText(), "jane", false,
                object, oldObject));
    }

    private static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
