package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicySpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LooseningTest {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final String DENY = "rules: [{name: a, tools: ['x/y', 'x/z'], when: args.n > 1, verdict: Deny}]";
    private static final String ALLOW = DENY.replace("Deny", "Allow");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enforcement: {mode: Enforce} | enforcement: {mode: Audit} | enforcement.mode goes from Enforce to Audit: the policy blocks nothing any more
            {} | enforcement: {mode: Audit} | enforcement.mode goes from Enforce to Audit: the policy blocks nothing any more
            {} | enforcement: {percent: 50} | enforcement.percent goes from 100 to 50: the policy blocks in fewer sessions
            enforcement: {percent: 50} | enforcement: {percent: 49} | enforcement.percent goes from 50 to 49: the policy blocks in fewer sessions
            defaultVerdict: Deny | {} | defaultVerdict goes from Deny to NoOpinion
            defaultVerdict: Deny | defaultVerdict: Allow | defaultVerdict goes from Deny to Allow
            defaultVerdict: NoOpinion | defaultVerdict: Allow | defaultVerdict goes from NoOpinion to Allow
            failurePolicy: Fail | failurePolicy: Ignore | failurePolicy goes from Fail to Ignore: rules that cannot be evaluated no longer deny
            agentSelector: {matchLabels: {a: b}} | agentSelector: {matchLabels: {a: c}} | agentSelector changes: the policy may no longer hold for agents that it held for
            {} | agentSelector: {matchLabels: {a: c}} | agentSelector changes: the policy may no longer hold for agents that it held for
            variables: [{name: v, expression: a}] | variables: [{name: v, expression: b}] | variable v changes: rules that read it may match other calls
            """)
    void isSaidOfThePolicy(String before, String after, String sentence) {
        assertThat(between(before, after)).containsExactly(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enforcement: {mode: Audit} | enforcement: {mode: Enforce}
            enforcement: {mode: Audit} | enforcement: {mode: Audit, percent: 5}
            enforcement: {percent: 50} | {}
            {} | enforcement: {mode: Enforce, percent: 100}
            {} | defaultVerdict: Deny
            defaultVerdict: Allow | {}
            failurePolicy: Ignore | {}
            {} | failurePolicy: Fail
            agentSelector: {} | {}
            variables: [{name: v, expression: a}] | {}
            {} | variables: [{name: v, expression: a}]
            """)
    void isNotSaidOfWhatIsAsStrictOrStricter(String before, String after) {
        assertThat(between(before, after)).isEmpty();
    }

    @Test
    void isSaidOfRulesThatRestrictLess() {
        assertThat(between(DENY, "{}")).containsExactly("rule a (Deny) is removed");
        assertThat(between(DENY, DENY.replace("Deny", "Review"))).containsExactly("rule a goes from Deny to Review");
        assertThat(between(DENY.replace("Deny", "EndSession"), DENY))
                .containsExactly("rule a goes from EndSession to Deny");
        assertThat(between(DENY, ALLOW)).containsExactly("rule a goes from Deny to Allow");
        assertThat(between(DENY, DENY.replace("n > 1", "n > 2")))
                .containsExactly("rule a (Deny) may match fewer calls: its condition changes");
        assertThat(between(DENY.replace("when: args.n > 1, ", ""), DENY))
                .containsExactly("rule a (Deny) may match fewer calls: its condition changes");
        assertThat(between(DENY, DENY.replace(", 'x/z'", ""))).containsExactly("rule a (Deny) is about fewer tools");
        assertThat(between(DENY, DENY.replace("verdict:", "failurePolicy: Ignore, verdict:")))
                .containsExactly("rule a no longer denies when it cannot be evaluated");
    }

    @Test
    void isSaidOfRulesThatAllowMore() {
        assertThat(between("{}", ALLOW)).containsExactly("rule a is new and allows calls");
        assertThat(between(ALLOW, ALLOW.replace("n > 1", "n > 0")))
                .containsExactly("rule a may allow more calls: its condition changes");
        assertThat(between(ALLOW, ALLOW.replace("when: args.n > 1, ", "")))
                .containsExactly("rule a may allow more calls: its condition changes");
        assertThat(between(ALLOW.replace(", 'x/z'", ""), ALLOW)).containsExactly("rule a allows more tools");
    }

    @Test
    void isNotSaidOfRulesThatRestrictMore() {
        assertThat(between("{}", DENY)).isEmpty();
        assertThat(between(DENY, DENY)).isEmpty();
        assertThat(between(DENY.replace("Deny", "Review"), DENY)).isEmpty();
        assertThat(between(DENY, DENY.replace("when: args.n > 1, ", ""))).isEmpty();
        assertThat(between(DENY.replace(", 'x/z'", ""), DENY)).isEmpty();
        assertThat(between(DENY, DENY.replace("verdict:", "message: no, severity: High, verdict:"))).isEmpty();
        assertThat(between(ALLOW, "{}")).isEmpty();
        assertThat(between(ALLOW.replace("when: args.n > 1, ", ""), ALLOW)).isEmpty();
        assertThat(between(ALLOW, ALLOW.replace(", 'x/z'", ""))).isEmpty();
    }

    @Test
    void saysOnceThatAWholePolicyIgnoresErrors() {
        assertThat(between(DENY, DENY + "\nfailurePolicy: Ignore")).containsExactly(
                "failurePolicy goes from Fail to Ignore: rules that cannot be evaluated no longer deny");
    }

    @Test
    void isSaidOfTheChoiceOfNamespaces() {
        String selector = "namespaceSelector: {matchLabels: {a: b}}";
        assertThat(Loosening.between(
                YAML.unmarshal("{}", ClusterToolPolicySpec.class),
                YAML.unmarshal(selector, ClusterToolPolicySpec.class)))
                .containsExactly(
                        "namespaceSelector changes: the policy may no longer hold in namespaces that it held in");
    }

    @Test
    void isSaidOfDeletion() {
        assertThat(Loosening.ofDeletion(spec(DENY + "\ndefaultVerdict: Deny"))).containsExactly(
                "deleting the policy takes away a rule that restricts and defaultVerdict: Deny");
        assertThat(Loosening.ofDeletion(spec(ALLOW))).isEmpty();
        assertThat(Loosening.ofDeletion(spec("{}"))).isEmpty();
    }

    private static List<String> between(String before, String after) {
        return Loosening.between(spec(before), spec(after));
    }

    private static PolicyRules spec(String yaml) {
        return YAML.unmarshal(yaml, ToolPolicySpec.class);
    }
}
