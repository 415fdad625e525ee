package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.VariableConfig;
import dev.chaperone.config.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules read besides the arguments, and which error they get for what is not there. */
class FieldsTest {
    private final TestBundles bundles = new TestBundles();

    @ParameterizedTest
    @ValueSource(strings = {
            "tool.?server.orValue('') == 'any' && tool.?name.orValue('') == 'tool'", "has(tool.server)",
            "tool.?stakes.orValue('') == 'High'", "!has(dyn(tool).gone)", "!dyn(tool).?gone.hasValue()",
            "agent.?labels.?app.orValue('') == 'coder'", "session.?id.orValue('') == 'pod-1'",
            "has(variables.good) && has(variables.last)", "!has(variables.gone)", "!variables.?gone.hasValue()",
            "variables.?good.orValue(0) == 1 && variables.?last.orValue(0) == 2", "variables.always",
            "variables.?always.orValue(false)", "has(variables.bad) || true"})
    void areThereWhenTheyAreAskedFor(String expression) {
        // Given
        policy(expression);

        // When
        Decision decision = bundles.decide("{}");

        // Then
        assertThat(decision.reasons()).containsExactly(new Reason("p", "r", Verdict.ALLOW, true, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            dyn(tool).gone == 'x'                 | attribute_not_found
            has(variables.bad)                    | attribute_not_found
            variables.bad == 1                    | attribute_not_found
            variables.?bad.orValue(1) == 1        | attribute_not_found
            variables.faulty                      | internal_error
            args.?gone.value() == 1               | attribute_not_found
            'abc'.charAt(4) == ''                 | index_out_of_bounds
            'abc'.charAt(-1) == ''                | index_out_of_bounds
            'abc'.substring(2, 1) == ''           | index_out_of_bounds
            'abc'.indexOf('a', 4) == 0            | index_out_of_bounds
            'abc'.lastIndexOf('a', -1) == 0       | index_out_of_bounds
            'abc'.matches('a' + '[')              | invalid_argument
            dyn('true')                           | not_a_bool
            dyn(1)                                | not_a_bool
            """)
    void haveErrorsOfTheirOwnKind(String expression, String error) {
        // Given
        policy(expression);

        // When
        Decision decision = bundles.decide("{}");

        // Then
        assertThat(decision.code()).hasToString("POLICY_DENIED");
        assertThat(decision.reasons()).containsExactly(new Reason("p", "r", Verdict.DENY, true, error));
    }

    @Test
    void reasonsStandInTheOrderOfTheirNames() {
        // Given
        bundles.policy("b", DefaultVerdict.DENY).policy("c", EnforcementMode.AUDIT, 100, DefaultVerdict.ALLOW,
                List.of());
        bundles.policy("a", DefaultVerdict.NO_OPINION, bundles.rule("z", null, Verdict.ALLOW),
                bundles.rule("y", null, Verdict.REVIEW), bundles.rule("x", "args.gone", Verdict.ALLOW));

        // When
        Decision decision = bundles.decide("{}");

        // Then
        assertThat(decision.reasons()).containsExactly(
                new Reason("a", "x", Verdict.DENY, true, "attribute_not_found"),
                new Reason("a", "y", Verdict.REVIEW, true, null), new Reason("a", "z", Verdict.ALLOW, true, null),
                new Reason("b", null, Verdict.DENY, true, null), new Reason("c", null, Verdict.ALLOW, false, null));
    }

    @Test
    void aCallSaysWhatItIsOfAndNotWhatItSays() {
        assertThat(TestBundles.call("files", "read", "{\"path\":\"/secret\"}").toString())
                .isEqualTo("ToolCall[files/read at 2026-03-01T12:00:00Z]");
    }

    private void policy(String expression) {
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.NO_OPINION,
                List.of(bundles.variable("good", "1"), bundles.variable("bad", "args.gone"),
                        bundles.variable("always", "true"), new VariableConfig("faulty", "?", null, "gone"),
                        bundles.variable("last", "variables.good + 1")),
                bundles.rule("r", expression, Verdict.ALLOW));
    }
}
