package dev.chaperone.policy.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.OversightRules;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OversightLooseningTest {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final String HEARD = "monitoring: {heartbeat: {maxAge: 1m, onLapse: {after: 2m, evict: true, narrow:"
            + " [{tools: ['*'], stakes: High, verdict: Deny}]}}}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            monitoring: {heartbeat: {}, coverage: {}} | monitoring: {coverage: {}} | monitoring.heartbeat is no longer required
            monitoring: {heartbeat: {}} | monitoring: {heartbeat: {maxAge: 31s}} | monitoring.heartbeat asks for less than it did, or for something else
            monitoring: {coverage: {}} | monitoring: {coverage: {minPercent: 99}} | monitoring.coverage asks for less than it did, or for something else
            review: {deciders: [{kind: User, name: a}]} | review: {deciders: [{kind: User, name: b}]} | review asks for less than it did, or for something else
            egress: {mode: Restricted} | egress: {mode: Restricted, allow: [{cidr: 10.0.0.0/8}]} | egress asks for less than it did, or for something else
            egress: {mode: Locked} | egress: {mode: Restricted} | egress.lock is no longer required
            posture: Enforce | monitoring: {coverage: {}} | posture: Enforce is removed: another policy may say Audit of these agents
            posture: Enforce | posture: Audit | posture: Audit: verdicts do not count for the selected agents, unless another policy says Enforce of them
            agentSelector: {matchLabels: {a: b}} | agentSelector: {matchLabels: {a: c}} | agentSelector changes: the policy may no longer hold for agents that it held for
            namespaceSelector: {matchLabels: {a: b}} | namespaceSelector: {matchLabels: {a: c}} | namespaceSelector changes: the policy may no longer hold in namespaces that it held in
            """)
    void isSaidOfWhatIsAskedForNoLonger(String before, String after, String sentence) {
        assertThat(between(before, after)).containsExactly(sentence);
    }

    @Test
    void isSaidOfALapseThatMeansLess() {
        assertThat(between(HEARD, HEARD.replace("after: 2m", "after: 1h30m"))).containsExactly(
                "monitoring.heartbeat lapses for 1h30m instead of 2m before anything narrows");
        assertThat(between(HEARD, HEARD.replace("Deny", "Review"))).containsExactly(
                "monitoring.heartbeat no longer narrows: Deny * of High stakes");
        assertThat(between(HEARD, HEARD.replace("evict: true", "evict: false"))).containsExactly(
                "monitoring.heartbeat no longer evicts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            monitoring: {heartbeat: {}} | monitoring: {heartbeat: {maxAge: 30s}, auditTrail: {}}
            monitoring: {heartbeat: {onLapse: {after: 1m}}} | monitoring: {heartbeat: {onLapse: {after: 9m}}}
            egress: {mode: Restricted, allow: [{cidr: 10.0.0.0/8}, {cidr: 11.0.0.0/8}]} | egress: {mode: Locked, allow: [{cidr: 11.0.0.0/8}]}
            review: {deciders: [{kind: User, name: a}, {kind: User, name: b}]} | review: {deciders: [{kind: User, name: b}, {kind: User, name: a}], minimum: 1}
            posture: Audit | posture: Enforce
            agentSelector: {} | {}
            """)
    void isNotSaidOfWhatIsAsStrictOrStricter(String before, String after) {
        assertThat(between(before, after)).isEmpty();
    }

    @Test
    void aNewPolicyOnlyLoosensByItsPosture() {
        assertThat(OversightLoosening.ofCreation(rules(HEARD))).isEmpty();
        assertThat(OversightLoosening.ofCreation(rules("posture: Audit"))).hasSize(1);
    }

    @Test
    void whatADeletionTakesAwayIsNamed() {
        assertThat(OversightLoosening.ofDeletion(rules(HEARD + "\nposture: Enforce"))).containsExactly(
                "deleting the policy takes away monitoring.heartbeat, posture: Enforce");
        assertThat(OversightLoosening.ofDeletion(rules("posture: Audit"))).isEmpty();
    }

    private static List<String> between(String before, String after) {
        return OversightLoosening.between(rules(before), rules(after));
    }

    private static OversightRules rules(String yaml) {
        return YAML.unmarshal(yaml, ClusterOversightPolicySpec.class);
    }
}
