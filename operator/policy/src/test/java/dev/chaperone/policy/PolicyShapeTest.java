package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.PolicyConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyShapeTest {
    private static final AgentContext AGENT = new AgentContext("dev", "coder", Map.of(), Map.of());

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {rules: [{tools: ['*'], verdict: Allow}]}                         | spec.rules[0].name
            {rules: [{name: '', tools: ['*'], verdict: Allow}]}               | spec.rules[0].name
            {rules: [{name: r, tools: ['*']}]}                                | spec.rules[0].verdict
            {rules: [{name: r, tools: [], verdict: Allow}]}                   | spec.rules[0].tools
            {rules: [{name: r, tools: [nothing], verdict: Allow}]}            | spec.rules[0].tools[0]
            {defaultVerdict: Allow, variables: [{name: v}]}                   | spec.variables[0].expression
            {defaultVerdict: Allow, variables: [{expression: '1'}]}           | spec.variables[0].name
            {defaultVerdict: Allow, variables: [{name: null, expression: '1'}]} | spec.variables[0].name
            {defaultVerdict: Allow, variables: [{name: '1a', expression: '1'}]} | spec.variables[0].name
            {defaultVerdict: Allow, enforcement: {percent: -1}}               | spec.enforcement.percent
            {defaultVerdict: Allow, enforcement: {percent: 101}}              | spec.enforcement.percent
            """)
    void whatIsOutOfShapeIsAnErrorAndDenies(String spec, String path) {
        // When
        CompilationResult result = compile(spec);

        // Then
        assertThat(result.issues()).extracting(Issue::path, Issue::isError)
                .containsExactly(tuple(path, true));
        assertThat(result.bundle().config().policies()).containsExactly(new PolicyConfig(
                "ToolPolicy/dev/p", EnforcementMode.ENFORCE, 100, DefaultVerdict.DENY, List.of(), List.of()));
        assertThat(result.accepted()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "100"})
    void everyShareOfSessionsIsAccepted(int percent) {
        // When
        CompilationResult result = compile("{defaultVerdict: Deny, enforcement: {percent: " + percent + "}}");

        // Then
        assertThat(result.issues()).isEmpty();
        assertThat(result.bundle().config().policies().getFirst().percent()).isEqualTo(percent);
    }

    @Test
    void asManyRulesAndVariablesAsAreToldAreAccepted() {
        // Given
        String rules = many(PolicyShape.MAX_RULES, "{name: r%d, tools: ['*'], verdict: Deny}");
        String variables = many(PolicyShape.MAX_VARIABLES, "{name: v%d, expression: '1'}");

        // When
        CompilationResult result = compile("{rules: [" + rules + "], variables: [" + variables + "]}");

        // Then
        assertThat(result.issues()).isEmpty();
        assertThat(result.bundle().config().policies().getFirst().rules()).hasSize(PolicyShape.MAX_RULES);
        assertThat(result.bundle().config().policies().getFirst().variables()).hasSize(PolicyShape.MAX_VARIABLES);
    }

    private static String many(int count, String each) {
        return IntStream.range(0, count).mapToObj(each::formatted).collect(Collectors.joining(", "));
    }

    private static CompilationResult compile(String spec) {
        Manifests manifests = Manifests
                .of("kind: ToolPolicy\nmetadata: {name: p, namespace: dev}\nspec: " + spec + "\n");
        return new PolicyCompiler().compile(new CompilationRequest(AGENT, manifests.policies(), ToolServers.NONE));
    }
}
