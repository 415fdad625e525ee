package dev.chaperone.policy.oversight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.OversightPolicySpec;
import dev.chaperone.api.OversightRules.Destination;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.OversightLease;
import dev.chaperone.config.OversightLease.Narrowing;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import dev.chaperone.policy.AgentContext;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentOversightTest {
    private static final AgentContext AGENT = new AgentContext(
            "dev", "coder", Map.of("app", "coder"), Map.of("environment", "production"));

    private static OversightInput policy(String namespace, String name, String yaml) {
        return new OversightInput(
                new OversightId(namespace, name), Serialization.unmarshal("---\n" + yaml, OversightPolicySpec.class));
    }

    private static OversightInput cluster(String name, String yaml) {
        return new OversightInput(
                new OversightId(null, name), Serialization.unmarshal("---\n" + yaml, ClusterOversightPolicySpec.class));
    }

    private static Requirement only(AgentOversight oversight) {
        assertThat(oversight.requirements()).hasSize(1);
        return oversight.requirements().getFirst();
    }

    @Test
    void whatIsNotWrittenMeansTheDefaults() {
        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(
                policy("dev", "p", "{monitoring: {heartbeat: {}, auditTrail: {}, coverage: {}}, "
                        + "review: {deciders: [{kind: User, name: alice}]}}")));

        // Then
        assertThat(oversight.posture()).isEqualTo(EnforcementMode.ENFORCE);
        assertThat(oversight.requirements()).extracting(Requirement::name).containsExactly(
                "monitoring.auditTrail", "monitoring.coverage", "monitoring.heartbeat", "review");
        assertThat(oversight.requirements()).allSatisfy(requirement -> {
            assertThat(requirement.grace()).isEqualTo(Duration.ofMinutes(5));
            assertThat(requirement.narrowings()).isEmpty();
            assertThat(requirement.evicts()).isFalse();
        });
        assertThat(oversight.requirements()).extracting(Requirement::terms).contains(
                new Terms.Heartbeat(Duration.ofSeconds(30)), new Terms.AuditTrail(Duration.ofMinutes(1)),
                new Terms.Coverage(100));
    }

    @Test
    void onlyWhatAllPoliciesAllowIsReached() {
        // Given
        OversightInput two = cluster("two", """
                egress: {mode: Restricted, allow: [{cidr: 10.0.0.0/8, ports: [{port: 443}]}, {podSelector: {}}]}""");
        OversightInput one = policy("dev", "one", """
                egress: {mode: Restricted, allow: [{podSelector: {}}, {cidr: 10.1.0.0/16, ports: [{port: 443}]}]}""");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(two, one));

        // Then
        assertThat(only(oversight).name()).isEqualTo("egress");
        assertThat(only(oversight).terms())
                .isEqualTo(new Terms.Egress(List.of(new Destination(null, null, null, new LabelSelector(), null))));
        assertThat(only(oversight).terms().isOfPods()).isFalse();
    }

    @Test
    void aPolicyThatAllowsNothingMoreLeavesNothingMore() {
        // Given
        OversightInput open = cluster("open", "egress: {mode: Restricted, allow: [{cidr: 10.0.0.0/8}]}");
        OversightInput closed = policy("dev", "closed", "egress: {mode: Restricted}");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(open, closed));

        // Then
        assertThat(only(oversight).terms()).isEqualTo(new Terms.Egress(List.of()));
    }

    @Test
    void lockedIsStricterThanRestrictedAndRequiresThatToo() {
        // Given
        OversightInput restricted = cluster("restricted", """
                egress: {mode: Restricted, allow: [{cidr: 10.0.0.0/8}], onLapse: {after: 1m}}""");
        OversightInput locked = policy("dev", "locked", """
                egress: {mode: Locked, onLapse: {after: 10s, narrow: [{tools: ["*"], verdict: Deny}]}}""");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(restricted, locked));

        // Then
        assertThat(oversight.locksEgress()).isTrue();
        assertThat(oversight.requirements()).extracting(Requirement::name).containsExactly("egress", "egress.lock");
        assertThat(oversight.requirements().getFirst().terms()).isEqualTo(new Terms.Egress(List.of()));
        Requirement lock = oversight.requirements().getLast();
        assertThat(lock.terms()).isEqualTo(new Terms.EgressLock());
        assertThat(lock.terms().isOfPods()).isTrue();
        assertThat(lock.policies()).extracting(Object::toString).containsExactly("OversightPolicy/dev/locked");
        assertThat(lock.grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(lock.narrowings()).hasSize(1);
    }

    @Test
    void whoIsOnlyRestrictedIsNotLocked() {
        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(cluster("one", "egress: {mode: Restricted}")));

        // Then
        assertThat(oversight.locksEgress()).isFalse();
        assertThat(only(oversight).name()).isEqualTo("egress");
    }

    @Test
    void theStrictestOfEachPartWins() {
        // Given
        OversightInput patient = policy("dev", "patient", """
                monitoring: {heartbeat: {maxAge: 2m, onLapse: {after: 1h30m, evict: true,
                  narrow: [{tools: ["mail/*"], verdict: Review}]}}}""");
        OversightInput strict = cluster("strict", """
                monitoring: {heartbeat: {maxAge: 45s, onLapse: {after: 90s,
                  narrow: [{tools: ["*"], stakes: High, verdict: Deny}]}}}""");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(patient, strict));

        // Then
        assertThat(only(oversight).terms()).isEqualTo(new Terms.Heartbeat(Duration.ofSeconds(45)));
        assertThat(only(oversight).grace()).isEqualTo(Duration.ofSeconds(90));
        assertThat(only(oversight).evicts()).isTrue();
        assertThat(only(oversight).policies()).extracting(Object::toString)
                .containsExactly("ClusterOversightPolicy/strict", "OversightPolicy/dev/patient");
        assertThat(oversight.leases()).containsExactly(new OversightLease("monitoring.heartbeat", List.of(
                new Narrowing(List.of("*"), Stakes.HIGH, Verdict.DENY),
                new Narrowing(List.of("mail/*"), null, Verdict.REVIEW))));
    }

    @Test
    void aLapseThatIsOnlyToldShortensNobodysGrace() {
        // Given
        OversightInput told = policy("dev", "told", "{monitoring: {heartbeat: {onLapse: {after: 0s}}}}");
        OversightInput narrows = policy("dev", "narrows",
                "{monitoring: {heartbeat: {onLapse: {after: 1h, narrow: [{tools: ['*'], verdict: Deny}]}}}}");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(told, narrows));

        // Then
        assertThat(only(oversight).grace()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void everyPolicysDecidersMustBeThere() {
        // Given
        OversightInput one = policy("dev", "one", "{review: {deciders: [{kind: User, name: alice}]}}");
        OversightInput two = policy("dev", "two",
                "{review: {minimum: 2, deciders: [{kind: Group, name: leads}, {kind: User, name: bob}]}}");

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, List.of(one, two, one));

        // Then
        assertThat(((Terms.Review) only(oversight).terms()).quorums()).extracting(Terms.Quorum::minimum)
                .containsExactlyInAnyOrder(1, 2);
    }

    @ParameterizedTest
    @CsvSource({"Audit,,AUDIT", "Audit,Enforce,ENFORCE", "Audit,Audit,AUDIT", ",,ENFORCE", ",Enforce,ENFORCE"})
    void thePostureIsAuditWhenSomeClusterPolicySaysSoAndNoneSaysOtherwise(
            String one, String other, EnforcementMode posture) {
        // Given
        List<OversightInput> policies = List.of(cluster("a", "{posture: " + (one == null ? "" : one) + "}"),
                cluster("b", "{posture: " + (other == null ? "" : other) + "}"));

        // When
        AgentOversight oversight = AgentOversight.of(AGENT, policies);

        // Then
        assertThat(oversight.posture()).isEqualTo(posture);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{namespaceSelector: {matchLabels: {environment: staging}}, monitoring: {heartbeat: {}}}",
            "{agentSelector: {matchLabels: {app: other}}, monitoring: {heartbeat: {}}}"})
    void whatSelectsOthersRequiresNothing(String spec) {
        assertThat(AgentOversight.of(AGENT, List.of(cluster("p", spec)))).isEqualTo(AgentOversight.NONE);
    }

    @Test
    void aPolicyOfAnotherNamespaceRequiresNothing() {
        assertThat(AgentOversight.of(AGENT, List.of(policy("other", "p", "{monitoring: {heartbeat: {}}}"))))
                .isEqualTo(AgentOversight.NONE);
    }

    @ParameterizedTest
    @CsvSource({"90s,PT1M30S", "5m,PT5M", "1h30m,PT1H30M", "0s,PT0S", "2h,PT2H"})
    void durationsAreReadAsKubernetesWritesThem(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @Test
    void whatIsNoDurationIsRefused() {
        assertThatThrownBy(() -> Durations.parse("soon")).isInstanceOf(IllegalArgumentException.class);
    }

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noOrderOfPoliciesMatters(long seed) {
        // Given
        Random random = new Random(seed);
        List<OversightInput> policies = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            policies.add(policy("dev", "p" + i,
                    """
                            monitoring: {heartbeat: {maxAge: %ds, onLapse: {after: %ds, narrow: [{tools: ["s%d/*"], verdict: %s}]}}}
                            review: {minimum: 1, deciders: [{kind: User, name: u%d}]}"""
                            .formatted(30 + random.nextInt(90),
                                    random.nextInt(600), random.nextInt(3), random.nextBoolean() ? "Deny" : "Review",
                                    random.nextInt(3))));
        }
        AgentOversight expected = AgentOversight.of(AGENT, policies);
        Collections.shuffle(policies, random);

        // When
        AgentOversight shuffled = AgentOversight.of(AGENT, policies);

        // Then
        assertThat(shuffled).isEqualTo(expected);
    }
}
