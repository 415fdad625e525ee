package dev.chaperone.controller.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.api.Workload;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.controller.census.Guarded;
import dev.chaperone.controller.oversight.PodFinding.Keeps;
import dev.chaperone.controller.oversight.PodFinding.Lacks;
import dev.chaperone.controller.view.Facts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.injection.PodInjector;
import dev.chaperone.policy.oversight.Terms;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressLockCheckTest {
    private static final Instant RUNNING = Instant.parse("2026-11-26T10:00:05Z");
    private static final Instant PROVEN = Instant.parse("2026-11-26T10:00:03.600Z");
    private static final EgressLockReport PROOF = new EgressLockReport(true, PROVEN, "operator: refused after");
    private static final String SET = """
            {terminated: {exitCode: 0, startedAt: "2026-11-26T10:00:02Z", finishedAt: "2026-11-26T10:00:03Z"}}""";

    private static ObjectNode lockedBy(String state) {
        ObjectNode bare = Guarded.merged(Guarded.bare(), """
                spec:
                  securityContext: {runAsUser: 0}
                  containers:
                  - name: agent
                    image: agent
                    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                """);
        ObjectNode pod = new PodInjector(Guarded.SETTINGS)
                .injectLocked(bare, new Workload("apps/v1", "Deployment", "coder", "u"));
        return Guarded.merged(pod, """
                status: {initContainerStatuses: [{name: chaperone-guardrail, state: {running: {}}},
                  {name: chaperone-egress-lock, state: %s}]}""".formatted(state));
    }

    private static PodFinding check(ObjectNode pod, @Nullable EgressLockReport said) {
        PodFacts facts = Facts.of(Guarded.typed(pod));
        assertThat(facts.bound()).isNotNull();
        return EgressLockCheck.check(facts.guard(), RUNNING, said);
    }

    private static void assertLacks(PodFinding finding, State state, String reason, String text) {
        assertThat(finding).isInstanceOfSatisfying(Lacks.class, lacks -> {
            assertThat(lacks.state()).isEqualTo(state);
            assertThat(lacks.reason()).isEqualTo(reason);
            assertThat(lacks.text()).contains(text);
        });
    }

    @Test
    void aLockThatWasSetAndProvenHolds() {
        assertThat(check(lockedBy(SET), PROOF)).isEqualTo(new Keeps());
    }

    @Test
    void aPodWithoutALockIsNotLockedWhateverItsGuardrailSays() {
        assertLacks(check(Guarded.pod(), PROOF), State.LAPSED, "NotLocked", "create it again");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{waiting: {reason: PodInitializing}}", "{running: {}}", "{terminated: {exitCode: 3}}", "{}"})
    void aLockThatHasNotBeenSetYetIsNoneAndItsPodHasAMoment(String state) {
        // When
        PodFinding finding = check(lockedBy(state), PROOF);

        // Then
        assertLacks(finding, State.UNKNOWN, "NotSet", "has not set its lock yet");
        assertThat(((Lacks) finding).since()).isEqualTo(RUNNING.plusSeconds(30));
    }

    @Test
    void aLockOfWhichTheGuardrailSaysNothingIsNotProven() {
        // When
        PodFinding finding = check(lockedBy(SET), null);

        // Then
        assertLacks(finding, State.UNKNOWN, "NotProven", "brings no proof");
        assertThat(((Lacks) finding).since()).isEqualTo(RUNNING.plusSeconds(30));
    }

    @Test
    void aProofThatFailedIsToldWithWhatWasFound() {
        // Given
        EgressLockReport failed = new EgressLockReport(false, PROVEN, "name server: reached before, reached after");

        // When
        PodFinding finding = check(lockedBy(SET), failed);

        // Then
        assertLacks(finding, State.UNKNOWN, "NotProven", "not proven: name server: reached before, reached after");
    }

    @ParameterizedTest
    @CsvSource({
            "2026-11-26T10:00:00.999Z, false", "2026-11-26T10:00:01Z, true", "2026-11-26T10:00:04Z, true",
            "2026-11-26T10:00:04.001Z, false", "1970-01-01T00:00:00Z, false"})
    void aProofIsOfTheRunThatTheKubeletSaw(Instant at, boolean holds) {
        // When
        PodFinding finding = check(lockedBy(SET), new EgressLockReport(true, at, ""));

        // Then
        assertThat(finding instanceof Keeps).isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "spec: {securityContext: {runAsUser: null}}",
            "spec: {containers: [{name: agent, securityContext: {capabilities: {drop: [NET_RAW]}}}]}",
            "spec: {ephemeralContainers: [{name: debug, securityContext: {runAsUser: 0, capabilities: {drop: [ALL]}}}]}",
            "status: {initContainerStatuses: [{name: chaperone-egress-lock, imageID: 'x@sha256:2222', state: {terminated: {exitCode: 0}}}]}"})
    void aLockThatSomebodyGetsRoundIsNone(String change) {
        assertLacks(check(Guarded.merged(lockedBy(SET), change), PROOF), State.LAPSED, "Altered",
                "has a lock that does not hold: ");
    }

    @Test
    void ofAPodThatAdmissionDidNotBindNothingIsBelieved() {
        // Given
        PodFacts unbound = Facts.of(Guarded.typed(Guarded.merged(lockedBy(SET), "metadata: {annotations: null}")));

        // When
        PodFinding finding = PodCheck.check(new Terms.EgressLock(), unbound, RUNNING, null, RUNNING);

        // Then
        assertLacks(finding, State.LAPSED, "NoGuardrail", "has no guardrail");
    }

    @Test
    void aPodThatWasNeverHeardIsNotTakenForLockedNotEvenAtFirst() {
        // Given
        PodFacts pod = Facts.of(Guarded.typed(lockedBy(SET)));

        // When
        PodFinding finding = PodCheck.check(new Terms.EgressLock(), pod, RUNNING, null, RUNNING);

        // Then
        assertLacks(finding, State.UNKNOWN, "NotProven", "brings no proof");
    }
}
