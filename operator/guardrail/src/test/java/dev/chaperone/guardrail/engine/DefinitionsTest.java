package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Digests;
import dev.chaperone.config.OnDefinitionChange;
import dev.chaperone.config.OversightLease;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the definition of a tool that its server shows says of a call. */
class DefinitionsTest {
    private static final String PIN = Digests.of(new byte[0]);

    private final TestBundles bundles = new TestBundles();

    private void server(OnDefinitionChange onChange) {
        bundles.server(new ServerConfig("files", "http://f", List.of(), false, onChange,
                List.of(new ToolConfig("pinned", Stakes.LOW, null, PIN), new ToolConfig("free", Stakes.LOW, null))));
    }

    private Decision decide(String tool, Definitions.State state) {
        return bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("files", tool, "{}"), (_, _) -> state);
    }

    private boolean listed(String tool, Definitions.State state) {
        return bundles.engine().listed(OversightState.NONE, TestBundles.SESSION, "files", tool, (_, _) -> state);
    }

    @ParameterizedTest
    @CsvSource({"ALLOW,DENY,CHANGED,DENY,POLICY_DENIED", "ALLOW,REVIEW,CHANGED,REVIEW,REVIEW_UNAVAILABLE",
            "ALLOW,DENY,UNKNOWN,DENY,NOT_READY", "ALLOW,REVIEW,UNKNOWN,DENY,NOT_READY", "ALLOW,DENY,AS_PINNED,ALLOW,",
            "REVIEW,DENY,CHANGED,DENY,POLICY_DENIED", "REVIEW,REVIEW,CHANGED,REVIEW,REVIEW_UNAVAILABLE",
            "REVIEW,REVIEW,UNKNOWN,DENY,NOT_READY", "REVIEW,DENY,AS_PINNED,REVIEW,REVIEW_UNAVAILABLE",
            "DENY,REVIEW,CHANGED,DENY,POLICY_DENIED", "DENY,REVIEW,UNKNOWN,DENY,POLICY_DENIED",
            "END_SESSION,DENY,CHANGED,END_SESSION,SESSION_ENDED"})
    void narrows_what_policies_say(
            Verdict policy, OnDefinitionChange onChange, Definitions.State state, Verdict expected, DenialCode code) {
        // Given
        server(onChange);
        bundles.policy("p", DefaultVerdict.NO_OPINION, bundles.rule("r", null, policy));

        // When
        Decision decision = decide("pinned", state);

        // Then
        assertThat(decision.verdict()).isEqualTo(expected);
        assertThat(decision.code()).isEqualTo(code);
        assertThat(decide("free", state).verdict()).isEqualTo(policy);
    }

    @Test
    void says_why_and_nothing_of_the_definition() {
        // Given
        server(OnDefinitionChange.REVIEW);
        bundles.policy("p", DefaultVerdict.ALLOW);

        // When
        List<Reason> changed = decide("pinned", Definitions.State.CHANGED).reasons();
        List<Reason> unknown = decide("pinned", Definitions.State.UNKNOWN).reasons();

        // Then
        assertThat(changed).contains(
                new Reason("ToolDefinition/files/pinned", null, Verdict.REVIEW, true, "definition_changed"));
        assertThat(unknown).contains(
                new Reason("ToolDefinition/files/pinned", null, Verdict.DENY, true, "definition_unknown"));
    }

    @Test
    void grants_nothing() {
        // Given
        server(OnDefinitionChange.REVIEW);
        bundles.policy("p", DefaultVerdict.NO_OPINION);

        // When
        Decision decision = decide("pinned", Definitions.State.CHANGED);

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.code()).isEqualTo(DenialCode.POLICY_DENIED);
    }

    @Test
    void a_lapse_is_told_before_what_is_only_not_known() {
        // Given
        server(null);
        bundles.policy("p", DefaultVerdict.ALLOW);
        bundles.lease(new OversightLease("monitor",
                List.of(new OversightLease.Narrowing(List.of("*"), null, Verdict.DENY))));

        // When
        Decision unknown = decide("pinned", Definitions.State.UNKNOWN);

        // Then
        assertThat(unknown.code()).isEqualTo(DenialCode.OVERSIGHT_LAPSED);
        assertThat(decide("pinned", Definitions.State.CHANGED).code()).isEqualTo(DenialCode.POLICY_DENIED);
    }

    @ParameterizedTest
    @EnumSource
    void a_changed_tool_is_not_listed_whether_its_calls_are_denied_or_held(OnDefinitionChange onChange) {
        // Given
        server(onChange);
        bundles.policy("p", DefaultVerdict.ALLOW);

        // Then
        assertThat(listed("pinned", Definitions.State.CHANGED)).isFalse();
        assertThat(listed("pinned", Definitions.State.AS_PINNED)).isTrue();
        assertThat(listed("free", Definitions.State.CHANGED)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AS_PINNED")
    void semantic9_does_not_count_for_an_agent_that_is_only_watched(Definitions.State state) {
        // Given
        bundles.onlyAudits();
        server(null);
        bundles.policy("p", DefaultVerdict.ALLOW);

        // When
        Decision decision = decide("pinned", state);

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.reasons()).noneMatch(Reason::counted);
        assertThat(listed("pinned", state)).isTrue();
    }

    @Test
    void who_does_not_say_what_was_seen_has_seen_nothing() {
        // Given
        server(null);
        bundles.policy("p", DefaultVerdict.ALLOW);

        // When
        Decision decision = bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("files", "pinned", "{}"));

        // Then
        assertThat(decision.code()).isEqualTo(DenialCode.NOT_READY);
    }
}
