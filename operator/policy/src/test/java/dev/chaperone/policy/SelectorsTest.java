package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.policy.Selectors.Selection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
    private static final AgentContext AGENT = new AgentContext(
            "dev", "coder", Map.of("app", "coder", "empty", ""), Map.of("team", "a"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {}                                                                     | YES
            {matchLabels: {app: coder}}                                            | YES
            {matchLabels: {app: browser}}                                          | NO
            {matchLabels: {app: coder, tier: x}}                                   | NO
            {matchLabels: {empty: ''}}                                             | YES
            {matchLabels: {gone: ''}}                                              | NO
            {matchExpressions: [{key: app, operator: In, values: [x, coder]}]}     | YES
            {matchExpressions: [{key: app, operator: In, values: [x]}]}            | NO
            {matchExpressions: [{key: gone, operator: In, values: [x]}]}           | NO
            {matchExpressions: [{key: app, operator: NotIn, values: [x]}]}         | YES
            {matchExpressions: [{key: app, operator: NotIn, values: [coder]}]}     | NO
            {matchExpressions: [{key: gone, operator: NotIn, values: [x]}]}        | YES
            {matchExpressions: [{key: app, operator: Exists}]}                     | YES
            {matchExpressions: [{key: gone, operator: Exists}]}                    | NO
            {matchExpressions: [{key: gone, operator: DoesNotExist}]}              | YES
            {matchExpressions: [{key: app, operator: DoesNotExist}]}               | NO
            {matchLabels: {app: coder}, matchExpressions: [{key: app, operator: DoesNotExist}]} | NO
            {matchExpressions: [{key: app, operator: Equals, values: [coder]}]}    | UNKNOWN
            {matchExpressions: [{key: app, operator: In}]}                         | UNKNOWN
            {matchLabels: {'/app': coder}}                                         | UNKNOWN
            """)
    void selectsAsKubernetesDoes(String selector, Selection expected) {
        assertThat(ofAgents(selector)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {matchLabels: {team: a}}                           | {matchLabels: {app: coder}}   | YES
            {matchLabels: {team: b}}                           | {matchLabels: {app: coder}}   | NO
            {matchLabels: {team: a}}                           | {matchLabels: {app: browser}} | NO
            {matchLabels: {'kubernetes.io/metadata.name': dev}}| {}                            | YES
            {matchLabels: {'kubernetes.io/metadata.name': ops}}| {}                            | NO
            {matchExpressions: [{key: team, operator: Is}]}    | {matchLabels: {app: browser}} | UNKNOWN
            """)
    void aClusterPolicySelectsByNamespaceToo(String namespaces, String agents, Selection expected) {
        // Given
        PolicyInput policy = Manifests.of("kind: ClusterToolPolicy\nmetadata: {name: p}\nspec: {namespaceSelector: "
                + namespaces + ", agentSelector: " + agents + "}\n").policies().getFirst();

        // When
        Selection selection = Selectors.of(policy.current().resource(), AGENT);

        // Then
        assertThat(selection).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/app", "/", "", "a/", "A.dev/x", "a..b/x", "-a", "a-", "a/b/c", "ä"})
    void aKeyThatNoLabelHasIsNamed(String key) {
        assertThat(LabelSyntax.problemOfKey(key)).isNotNull();
    }

    @Test
    void labelsMayBeAsLongAsKubernetesHasThem() {
        String longest = "n".repeat(63);
        String prefix = String.join(".", List.of(longest, longest, longest, "n".repeat(61)));
        assertThat(prefix).hasSize(253);
        assertThat(LabelSyntax.problemOfKey(prefix + "/" + longest)).isNull();
        assertThat(LabelSyntax.problemOfKey(prefix + "n/" + longest)).isNotNull();
        assertThat(LabelSyntax.problemOfKey(prefix + "/" + longest + "n")).isNotNull();
        assertThat(LabelSyntax.problemOfValue(longest)).isNull();
        assertThat(LabelSyntax.problemOfValue(longest + "n")).isNotNull();
        assertThat(LabelSyntax.problemOfValue("")).isNull();
    }

    private static Selection ofAgents(String selector) {
        PolicyInput policy = Manifests
                .of("kind: ToolPolicy\nmetadata: {name: p, namespace: dev}\nspec: {agentSelector: "
                        + selector + "}\n")
                .policies().getFirst();
        return Selectors.of(policy.current().resource(), AGENT);
    }
}
