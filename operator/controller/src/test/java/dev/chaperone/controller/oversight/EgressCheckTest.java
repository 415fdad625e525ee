package dev.chaperone.controller.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.plan.EgressSettings;
import dev.chaperone.controller.plan.FleetPlanner;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.view.Facts;
import dev.chaperone.controller.view.NetworkPolicyFacts;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpecBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final EgressPolicies POLICIES = new EgressPolicies(
            EgressSettings.of("chaperone-system", EgressSettings.DNS));
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coder, namespace: dev, uid: w}
            spec: {template: {metadata: {labels: {app: coder}}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: coder-1
              namespace: dev
              uid: u1
              labels: {app: coder, chaperone.dev/agent: AGENT}
              annotations:
                chaperone.dev/workload: '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"w"}'
            status: {phase: Running}
            ---
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolServer
            metadata: {name: mail, namespace: dev, uid: s-3, generation: 1}
            spec: {url: "https://mail.example.com/mcp"}
            ---
            apiVersion: chaperone.dev/v1alpha1
            kind: ClusterToolPolicy
            metadata: {name: base, uid: p-1, generation: 1}
            spec: {rules: [{name: all, tools: ["*"], verdict: Allow}]}
            ---
            apiVersion: chaperone.dev/v1alpha1
            kind: ClusterOversightPolicy
            metadata: {name: closed, uid: o-1, generation: 1}
            spec: {egress: {mode: Restricted}}
            """;

    private static AgentPlan agent(String label) {
        AgentPlan agent = new FleetPlanner(new PolicyCompiler())
                .plan(Snapshots.of(CLUSTER.replace("AGENT", label)), Map.of()).agents()
                .get(new AgentId("dev", "coder"));
        return Objects.requireNonNull(agent);
    }

    private static NetworkPolicySpec wanted(AgentPlan agent) {
        return Objects.requireNonNull(POLICIES.spec(agent));
    }

    private static NetworkPolicyFacts policy(String name, NetworkPolicySpec spec) {
        return Facts.of(new NetworkPolicyBuilder().withNewMetadata().withNamespace("dev").withName(name).endMetadata()
                .withSpec(spec).build());
    }

    private static NetworkPolicyFacts own(AgentPlan agent) {
        return policy("chaperone-egress-coder", wanted(agent));
    }

    private static NetworkPolicyFacts other(String spec) {
        return policy("other", Serialization.unmarshal("spec: " + spec, NetworkPolicy.class).getSpec());
    }

    private static Observation check(AgentPlan agent, NetworkPolicyFacts... there) {
        return EgressCheck.check(agent, agent.pods(), wanted(agent), List.of(there), NOW);
    }

    @Test
    void whatStandsAsPlannedIsMetAndSaysWhatIsNotProven() {
        // Given
        AgentPlan agent = agent("coder");

        // When
        Observation seen = check(agent, own(agent));

        // Then
        assertThat(seen.state()).isEqualTo(State.MET);
        assertThat(seen.reason()).isEqualTo("Restricted");
        assertThat(seen.message()).isEqualTo("Restricted by NetworkPolicy chaperone-egress-coder; whether the network"
                + " enforces it is not proven; for mail.example.com:443 the port is open on every public address");
    }

    @Test
    void whatIsNotThereRestrictsNothing() {
        // When
        Observation seen = check(agent("coder"));

        // Then
        assertThat(seen.state()).isEqualTo(State.LAPSED);
        assertThat(seen.reason()).isEqualTo("NotRestricted");
    }

    @Test
    void whatSomebodyChangedIsNotTheOperators() {
        // Given
        AgentPlan agent = agent("coder");
        NetworkPolicySpec open = new NetworkPolicySpecBuilder(wanted(agent)).addNewEgress().endEgress().build();

        // When
        Observation seen = check(agent, policy("chaperone-egress-coder", open));

        // Then
        assertThat(seen.state()).isEqualTo(State.LAPSED);
        assertThat(seen.reason()).isEqualTo("Altered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"payer", "''"})
    void aPodThatIsNotSelectedIsNamed(String label) {
        // Given
        AgentPlan agent = agent(label);

        // When
        Observation seen = check(agent, own(agent));

        // Then
        assertThat(seen.state()).isEqualTo(State.LAPSED);
        assertThat(seen.reason()).isEqualTo("NotSelected");
        assertThat(seen.pods()).containsExactly("coder-1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {podSelector: {}, policyTypes: [Egress], egress: [{}]}                                            | LAPSED
            {podSelector: {matchLabels: {app: coder}}, policyTypes: [Egress], egress: [{ports: [{port: 22}]}]} | LAPSED
            {podSelector: {matchLabels: {app: payer}}, policyTypes: [Egress], egress: [{}]}                   | MET
            {podSelector: {}, policyTypes: [Egress], egress: []}                                              | MET
            {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}                                          | MET
            """)
    void anotherPolicyWidensWhenItAllowsThePodsMore(String spec, State state) {
        // Given
        AgentPlan agent = agent("coder");

        // When
        Observation seen = check(agent, own(agent), other(spec));

        // Then
        assertThat(seen.state()).isEqualTo(state);
        assertThat(seen.reason()).isEqualTo(state == State.MET ? "Restricted" : "Widened");
    }

    @Test
    void anotherPolicyMayAllowThePodsTheSame() {
        // Given
        AgentPlan agent = agent("coder");
        NetworkPolicySpec dns = new NetworkPolicySpecBuilder().withNewPodSelector().endPodSelector()
                .withPolicyTypes("Egress").withEgress(EgressSettings.DNS).build();

        // When
        Observation seen = check(agent, own(agent), policy("dns", dns));

        // Then
        assertThat(seen.state()).isEqualTo(State.MET);
    }

    @Test
    void whatIsNotReadYetIsUnknown() {
        // Given
        AgentPlan agent = agent("coder");

        // When
        Observation seen = EgressCheck.check(agent, agent.pods(), null, List.of(own(agent)), NOW);

        // Then
        assertThat(seen.state()).isEqualTo(State.UNKNOWN);
    }
}
