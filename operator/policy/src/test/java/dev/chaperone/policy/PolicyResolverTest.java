package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.PolicyConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which version of a policy counts, when there is none, one or more than one that can be read. */
class PolicyResolverTest {
    private static final AgentContext AGENT = new AgentContext("dev", "coder", Map.of("app", "coder"), Map.of());
    private static final PolicyId ID = PolicyId.toolPolicy("dev", "p");

    private static final String OURS = "{defaultVerdict: Allow}";
    private static final String OTHERS = "{agentSelector: {matchLabels: {app: browser}}, defaultVerdict: Allow}";
    private static final String UNKNOWN = "{agentSelector: {matchExpressions: [{key: app, operator: Is}]}}";
    private static final String BROKEN = "{rules: [{name: r, tools: ['*'], when: 'nonsense', verdict: Allow}]}";

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            ours    | -       | ALLOW
            others  | -       | -
            unknown | -       | DENY
            broken  | -       | DENY
            -       | -       | DENY
            -       | ours    | ALLOW
            -       | others  | -
            broken  | ours    | ALLOW
            broken  | others  | -
            unknown | ours    | ALLOW
            unknown | others  | -
            others  | ours    | -
            ours    | others  | ALLOW
            """)
    void theNewestVersionThatCompilesCounts(String current, String last, DefaultVerdict expected) {
        // Given
        PolicyInput input = input(current, last);

        // When
        List<PolicyConfig> policies = compile(input).bundle().config().policies();

        // Then
        assertThat(policies).extracting(PolicyConfig::defaultVerdict)
                .isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            ours    | -       | DENY
            others  | -       | -
            unknown | -       | DENY
            ours    | others  | -
            others  | ours    | ALLOW
            ours    | ours    | ALLOW
            """)
    void whatIsRefusedElsewhereIsNotInForceWhereItCompiles(String current, String last, DefaultVerdict expected) {
        // Given
        PolicyInput input = input(current, last).asRefused();

        // When
        CompilationResult result = compile(input);

        // Then
        assertThat(result.bundle().config().policies()).extracting(PolicyConfig::defaultVerdict)
                .isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", delimiter = '|', textBlock = """
            ours    | -       | true
            unknown | -       | true
            -       | -       | true
            others  | ours    | true
            others  | unknown | true
            others  | -       | false
            others  | others  | false
            """)
    void aPolicyThatIsGivenTwiceDeniesWhomEitherMayBeFor(String current, String last, boolean denies) {
        // Given
        PolicyInput other = input("others", null);

        // When
        CompilationResult result = compile(other, input(current, last));

        // Then
        assertThat(result.bundle().config().policies()).extracting(PolicyConfig::defaultVerdict)
                .isEqualTo(denies ? List.of(DefaultVerdict.DENY) : List.of());
        assertThat(result.hasErrors()).isTrue();
        assertThat(result.accepted()).isEmpty();
    }

    @Test
    void aVariableWhoseTypeASchemaChangedIsAFaultWhereItIsRead() {
        // Given
        String policy = policy("""
                {variables: [{name: v, expression: args.amount}],
                 rules: [{name: r, tools: [shop/pay], when: 'variables.v > 1.0', verdict: Review}]}""");
        Manifests manifests = Manifests.of(policy, server("dev", "pay", "string")).addAccepted(policy);

        // When
        CompilationResult result = new PolicyCompiler()
                .compile(new CompilationRequest(AGENT, manifests.policies(), manifests.servers()));

        // Then
        assertThat(result.issues()).extracting(Issue::severity).containsExactly(Issue.Severity.WARNING);
        assertThat(result.accepted()).containsExactly(ID);
        assertThat(result.bundle().config().policies().getFirst().rules().getFirst().fault()).isNotNull();
    }

    @Test
    void aPolicyOfANamespaceIsWarnedOfToolsThatOnlyAnotherHas() {
        // Given
        Manifests manifests = Manifests.of(policy("{rules: [{name: r, tools: [shop/pay], verdict: Deny}]}"), """
                kind: ClusterToolPolicy
                metadata: {name: base}
                spec: {rules: [{name: r, tools: [shop/pay, shop/gone], verdict: Deny}]}
                """, server("dev", "look_up", "string"), server("ops", "pay", "string"));

        // When
        CompilationResult result = new PolicyCompiler()
                .compile(new CompilationRequest(AGENT, manifests.policies(), manifests.servers()));

        // Then
        assertThat(result.issues()).extracting(issue -> issue.resource() + " " + issue.path()).containsExactly(
                "ClusterToolPolicy base spec.rules[0].tools[1]", "ToolPolicy dev/p spec.rules[0].tools[0]");
    }

    @Test
    void theLastAcceptedSpecIsOfThePolicysKindToo() {
        var spec = new ClusterToolPolicySpec(null, null, null, null, null, null, null);
        assertThatThrownBy(() -> PolicyInput.unreadable(ID).withLastAccepted(spec))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static PolicyInput input(String current, String last) {
        PolicyInput input = current == null ? PolicyInput.unreadable(ID) : read(current);
        return last == null ? input : input.withLastAccepted(read(last).current().resource());
    }

    private static PolicyInput read(String version) {
        String spec = Map.of("ours", OURS, "others", OTHERS, "unknown", UNKNOWN, "broken", BROKEN).get(version);
        return Manifests.of(policy(spec)).policies().getFirst();
    }

    private static String policy(String spec) {
        return "kind: ToolPolicy\nmetadata: {name: p, namespace: dev}\nspec:\n" + spec.indent(2);
    }

    private static String server(String namespace, String tool, String type) {
        return """
                kind: ToolServer
                metadata: {name: shop, namespace: %s}
                spec:
                  url: http://shop/mcp
                  tools:
                  - name: %s
                    inputSchema: {type: object, properties: {amount: {type: %s}}}
                """.formatted(namespace, tool, type);
    }

    private static CompilationResult compile(PolicyInput... inputs) {
        return new PolicyCompiler()
                .compile(new CompilationRequest(AGENT, List.of(inputs), ToolServers.NONE));
    }
}
