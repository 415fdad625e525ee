package dev.chaperone.controller.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.fleet.Registration;
import dev.chaperone.controller.fleet.TrailReport;
import dev.chaperone.controller.oversight.OversightMonitor.Hearing;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.plan.EgressSettings;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.controller.planned.PlanMetrics;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.view.AgentFacts;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OversightMonitorTest {
    private static final AgentId CODER = new AgentId("dev", "coder");
    private static final EgressPolicies EGRESS = new EgressPolicies(
            EgressSettings.of("chaperone-system", EgressSettings.DNS));
    private static final TrailReport GOOD = new TrailReport(9, 9, Duration.ZERO, 0, 0, 0);
    private static final String POLICY = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ClusterOversightPolicy
            metadata: {name: production, uid: o, generation: 1}
            spec:
              monitoring:
                heartbeat: {maxAge: 30s, onLapse: {after: 1m, narrow: [{tools: ["*"], stakes: High, verdict: Deny}]}}
                auditTrail: {maxAge: 1m, onLapse: {after: 2m, narrow: [{tools: ["*"], verdict: Deny}]}}
              review:
                deciders: [{kind: User, name: alice}]
                onLapse: {after: 0s, narrow: [{tools: ["pay/*"], verdict: Deny}]}
            """;

    private static final String LOCKED_SPEC = """
            spec:
              securityContext: {runAsUser: 0}
              initContainers:
              - {name: chaperone-guardrail, image: "g@sha256:1"}
              - {name: chaperone-egress-lock, image: "g@sha256:1"}
              containers:
              - {name: agent, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}""";
    private static final String LOCK_SET = """
            {name: chaperone-egress-lock, state: {terminated: {exitCode: 0, startedAt: "2026-03-01T11:58:00Z",
              finishedAt: "2026-03-01T11:58:00Z"}}}""".replace("\n", " ");

    private final Map<String, ProgrammingReports.PodReport> reports = new HashMap<>();
    private final Map<String, Boolean> mayDecide = new HashMap<>(Map.of("alice", true));
    private final List<Set<AgentId>> told = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T11:59:00Z");
    private long nanos;
    private Hearing hearing = Hearing.ALL;
    private PlannedFleet fleet = fleet(cluster(2));
    private OversightMonitor monitor = monitor();

    @BeforeEach
    void theReplicaHasRunForAMinute() {
        pass(Duration.ofMinutes(1));
    }

    private static String cluster(int pods) {
        StringBuilder yaml = new StringBuilder(
                """
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                        ---
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: coder, namespace: dev, uid: w}
                        spec: {selector: {matchLabels: {app: coder}}, template: {metadata: {labels: {app: coder}}, spec: {containers: []}}}
                        ---
                        """)
                .append(POLICY);
        for (int i = 0; i < pods; i++) {
            yaml.append("""
                    ---
                    apiVersion: v1
                    kind: Pod
                    metadata:
                      name: coder-%d
                      namespace: dev
                      uid: u%d
                      annotations:
                        chaperone.dev/workload: '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"w"}'
                    spec: {serviceAccountName: default}
                    status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
                    """.formatted(i, i));
        }
        return yaml.toString();
    }

    private PlannedFleet fleet(String yaml, AgentFacts... agents) {
        PlannedFleet made = PlannedFleet.of(new PolicyCompiler(), new PlanMetrics(new PrometheusRegistry()));
        Snapshot snapshot = Snapshots.of(yaml);
        made.accept(new Snapshot(snapshot.namespaces(), snapshot.loading(), snapshot.pods(), snapshot.workloads(),
                snapshot.policies(), snapshot.servers(), snapshot.accepted(), snapshot.credentials(),
                snapshot.oversight(), List.of(agents), snapshot.egress()));
        made.onPlan(change -> told.add(change.agents()));
        return made;
    }

    private OversightMonitor monitor() {
        ProgrammingReports heard = new ProgrammingReports() {
            @Override
            public Map<String, PodReport> reports() {
                return Map.copyOf(reports);
            }

            @Override
            public Registration onChange(Runnable listener) {
                return () -> {};
            }
        };
        return new OversightMonitor(fleet, heard, (decider, _) -> Optional.ofNullable(mayDecide.get(decider.name())),
                EGRESS, _ -> hearing, new SteadyClock(() -> now, () -> nanos));
    }

    private void hear(String pod, TrailReport trail) {
        reports.put(pod, new ProgrammingReports.PodReport(null, null, List.of(1), now, trail, List.of(), null));
    }

    private void hearAll() {
        hear("u0", GOOD);
        hear("u1", GOOD);
    }

    private void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    private void setWallClock(Duration by) {
        now = now.plus(by);
    }

    /** Time passes, and every pod but these is heard. */
    private void passWithout(Duration time, String... silent) {
        for (Duration left = time; left.isPositive(); left = left.minusSeconds(5)) {
            pass(Duration.ofSeconds(5));
            for (String pod : List.of("u0", "u1")) {
                if (!List.of(silent).contains(pod)) {
                    hear(pod, GOOD);
                }
            }
            monitor.check();
        }
    }

    private OversightRequirement requirement(String name) {
        return monitor.standings().get(CODER).stream().map(RequirementStanding::status)
                .filter(status -> status.requirement().equals(name)).findFirst().orElseThrow();
    }

    private Map<String, Duration> granted(String pod, TrailReport trail) {
        return monitor.granted(CODER, pod, trail, null);
    }

    @Test
    void whatIsInForceIsMetAndGrantedForSilenceAndGrace() {
        // Given
        hearAll();

        // When
        monitor.check();

        // Then
        assertThat(monitor.standings().get(CODER)).extracting(RequirementStanding::state).containsOnly(State.MET);
        assertThat(granted("u0", GOOD)).isEqualTo(Map.of(
                "monitoring.heartbeat", Duration.ofSeconds(90), "monitoring.auditTrail", Duration.ofSeconds(150),
                "review", Duration.ofSeconds(30)));
    }

    @Test
    void aSilentPodLapsesAndIsNamedAndItsSiblingsKeepTheirLeases() {
        // Given
        hearAll();
        monitor.check();

        // When
        passWithout(Duration.ofSeconds(40), "u1");

        // Then
        OversightRequirement heartbeat = requirement("monitoring.heartbeat");
        assertThat(heartbeat.state()).isEqualTo(State.LAPSED);
        assertThat(heartbeat.pods()).containsExactly("coder-1");
        assertThat(heartbeat.reason()).isEqualTo("Silent");
        assertThat(heartbeat.message()).isEqualTo("1 of 2 pods; coder-1 is not heard");
        assertThat(heartbeat.since()).isEqualTo("2026-03-01T12:00:30Z");
        assertThat(heartbeat.narrowed()).isNull();
        assertThat(granted("u0", GOOD)).containsKey("monitoring.heartbeat");
    }

    @Test
    void afterItsGraceItIsSaidWhatIsNarrowedAndWhenItSpeaksAgainItIsMet() {
        // Given
        hearAll();
        monitor.check();

        // When
        passWithout(Duration.ofSeconds(95), "u1");
        OversightRequirement narrowed = requirement("monitoring.heartbeat");
        passWithout(Duration.ofSeconds(5));

        // Then
        assertThat(narrowed.narrowed()).containsExactly("Deny * of High stakes");
        assertThat(requirement("monitoring.heartbeat").state()).isEqualTo(State.MET);
        assertThat(requirement("monitoring.heartbeat").narrowed()).isNull();
    }

    @Test
    void egressIsInForceWhileItsNetworkPolicyStandsAndHealsWithIt() {
        // Given
        String closed = cluster(1).replace(POLICY, """
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterOversightPolicy
                metadata: {name: closed, uid: c, generation: 1}
                spec: {egress: {mode: Restricted, onLapse: {after: 1m, narrow: [{tools: ["*"], verdict: Deny}]}}}
                """).replace("  uid: u0", "  uid: u0\n  labels: {chaperone.dev/agent: coder}");
        fleet = fleet(closed);
        monitor = monitor();
        pass(Duration.ofMinutes(1));
        passWithout(Duration.ofSeconds(65));
        OversightRequirement lapsed = requirement("egress");
        Map<String, Duration> none = granted("u0", GOOD);
        NetworkPolicySpec spec = EGRESS.spec(fleet.plan().agents().get(CODER));

        // When
        fleet.accept(Snapshots.of(closed, Serialization.asYaml(new NetworkPolicyBuilder().withNewMetadata()
                .withNamespace("dev").withName("chaperone-egress-coder").endMetadata().withSpec(spec).build())));
        passWithout(Duration.ofSeconds(15));

        // Then
        assertThat(lapsed.reason()).isEqualTo("NotRestricted");
        assertThat(lapsed.narrowed()).containsExactly("Deny *");
        assertThat(none).isEmpty();
        assertThat(requirement("egress").state()).isEqualTo(State.MET);
        assertThat(requirement("egress").message()).contains("not proven");
        assertThat(granted("u0", GOOD)).isEqualTo(Map.of("egress", Duration.ofSeconds(90)));
    }

    @Test
    void aPodThatIsNotLockedIsNarrowedAloneAndOneThatIsOnlyOnceItProvesIt() {
        // Given
        String locked = cluster(2).replace(POLICY, """
                apiVersion: chaperone.dev/v1alpha1
                kind: ClusterOversightPolicy
                metadata: {name: locked, uid: o, generation: 1}
                spec: {egress: {mode: Locked, onLapse: {after: 1m, narrow: [{tools: ["*"], verdict: Deny}]}}}
                """);
        int second = locked.indexOf("name: coder-1");
        locked = locked.substring(0, second) + locked.substring(second)
                .replace("spec: {serviceAccountName: default}", LOCKED_SPEC)
                .replace("status: {phase: Running,",
                        "status: {initContainerStatuses: [" + LOCK_SET + "], phase: Running,");
        fleet = fleet(locked);
        monitor = monitor();
        EgressLockReport proof = new EgressLockReport(true, Instant.parse("2026-03-01T11:58:00.500Z"), "refused");
        pass(Duration.ofMinutes(1));
        hearAll();
        monitor.check();
        OversightRequirement before = requirement("egress.lock");

        // When
        for (int seconds = 0; seconds < 90; seconds += 5) {
            pass(Duration.ofSeconds(5));
            hear("u0", GOOD);
            reports.put("u1", new ProgrammingReports.PodReport(null, null, List.of(1), now, GOOD, List.of(), proof));
            monitor.check();
        }

        // Then
        assertThat(before.pods()).containsExactly("coder-0", "coder-1");
        OversightRequirement after = requirement("egress.lock");
        assertThat(after.state()).isEqualTo(State.LAPSED);
        assertThat(after.reason()).isEqualTo("NotLocked");
        assertThat(after.pods()).containsExactly("coder-0");
        assertThat(monitor.granted(CODER, "u0", GOOD, null)).doesNotContainKey("egress.lock");
        assertThat(monitor.granted(CODER, "u1", GOOD, proof)).containsEntry("egress.lock", Duration.ofSeconds(90));
    }

    @Test
    void aWallClockThatIsSetBackProlongsNoGrace() {
        // Given
        hearAll();
        monitor.check();
        mayDecide.put("alice", false);
        TrailReport broken = new TrailReport(9, 9, Duration.ZERO, 0, 0, 1);
        monitor.check();
        granted("u0", broken);
        pass(Duration.ofSeconds(100));

        // When
        setWallClock(Duration.ofHours(-1));
        hear("u0", broken);
        hear("u1", GOOD);
        monitor.check();

        // Then
        assertThat(requirement("review").narrowed()).containsExactly("Deny pay/*");
        assertThat(requirement("monitoring.heartbeat").state()).isEqualTo(State.MET);
        assertThat(granted("u0", broken)).doesNotContainKey("review")
                .containsEntry("monitoring.auditTrail", Duration.ofSeconds(20));
    }

    @Test
    void aWallClockThatIsSetForwardEndsNoGrace() {
        // Given
        hearAll();
        monitor.check();
        TrailReport broken = new TrailReport(9, 9, Duration.ZERO, 0, 0, 1);
        granted("u0", broken);

        // When
        setWallClock(Duration.ofHours(1));
        hearAll();
        monitor.check();

        // Then
        assertThat(requirement("monitoring.heartbeat").state()).isEqualTo(State.MET);
        assertThat(granted("u0", broken)).containsEntry("monitoring.auditTrail", Duration.ofSeconds(120));
    }

    @Test
    void aGraceThatBeganByAClockThatWasAheadIsNoLongerThanItIs() {
        // Given
        fleet = fleet(cluster(2), new AgentFacts(CODER, List.of(
                new OversightRequirement("monitoring.auditTrail", State.LAPSED, "2026-03-01T18:00:00Z", "Broken", "",
                        List.of("ClusterOversightPolicy production"), null, List.of("coder-0")))));
        hearing = Hearing.SOME;
        monitor = monitor();
        TrailReport broken = new TrailReport(9, 9, Duration.ZERO, 0, 0, 1);

        // When
        Map<String, Duration> first = granted("u0", broken);
        pass(Duration.ofMinutes(1));
        Map<String, Duration> second = granted("u0", broken);

        // Then
        assertThat(first).containsEntry("monitoring.auditTrail", Duration.ofMinutes(2));
        assertThat(second).containsEntry("monitoring.auditTrail", Duration.ofMinutes(1));
    }

    @Test
    void nothingIsToldTwice() {
        // Given
        hearAll();
        monitor.check();
        passWithout(Duration.ofSeconds(60), "u1");
        told.clear();

        // When
        passWithout(Duration.ofSeconds(20), "u1");

        // Then
        assertThat(told).isEmpty();
    }

    @Test
    void aTrailThatNobodyAcknowledgesHoldsUntilItsGraceEndsHoweverOftenItIsAsked() {
        // Given
        hearAll();
        monitor.check();
        TrailReport late = new TrailReport(9, 4, Duration.ofSeconds(100), 0, 0, 0);

        // When
        Map<String, Duration> granted = granted("u0", late);
        TrailReport later = new TrailReport(9, 4, Duration.ofSeconds(180), 0, 0, 0);
        Map<String, Duration> ended = granted("u0", later);

        // Then
        assertThat(granted).containsEntry("monitoring.auditTrail", Duration.ofSeconds(80));
        assertThat(ended).doesNotContainKey("monitoring.auditTrail").containsKey("monitoring.heartbeat");
    }

    @Test
    void aBrokenTrailIsNarrowedAfterItsGraceAndHealsWithTheNextBoot() {
        // Given
        hearAll();
        monitor.check();
        TrailReport broken = new TrailReport(9, 9, Duration.ZERO, 0, 0, 1);

        // When
        Map<String, Duration> first = granted("u0", broken);
        pass(Duration.ofSeconds(119));
        Map<String, Duration> last = granted("u0", broken);
        pass(Duration.ofSeconds(1));
        Map<String, Duration> over = granted("u0", broken);
        Map<String, Duration> healed = granted("u0", GOOD);

        // Then
        assertThat(first).containsEntry("monitoring.auditTrail", Duration.ofSeconds(120));
        assertThat(last).containsEntry("monitoring.auditTrail", Duration.ofSeconds(1));
        assertThat(over).doesNotContainKey("monitoring.auditTrail");
        assertThat(healed).containsEntry("monitoring.auditTrail", Duration.ofSeconds(150));
    }

    @Test
    void aTrailThatBreaksAgainHasItsWholeGraceAgainWhicheverReplicaHeardThatItWasMended() {
        // Given
        TrailReport broken = new TrailReport(9, 9, Duration.ZERO, 0, 0, 1);
        hear("u0", broken);
        hear("u1", GOOD);
        monitor.check();
        pass(Duration.ofSeconds(100));
        hearAll();
        monitor.check();
        pass(Duration.ofSeconds(100));

        // When
        hear("u0", broken);
        hear("u1", GOOD);
        monitor.check();

        // Then
        OversightRequirement trail = requirement("monitoring.auditTrail");
        assertThat(trail.state()).isEqualTo(State.LAPSED);
        assertThat(trail.narrowed()).isNull();
        assertThat(granted("u0", broken)).containsEntry("monitoring.auditTrail", Duration.ofSeconds(120));
    }

    @Test
    void podsThatComeToAnAgentThatHadNoneAreGrantedWhatIsInForceBeforeTheyRun() {
        // Given
        fleet = fleet(cluster(0));
        monitor = monitor();
        pass(Duration.ofMinutes(1));
        monitor.check();

        // When
        fleet.accept(Snapshots.of(cluster(1).replace("phase: Running", "phase: Pending")));
        monitor.check();

        // Then
        assertThat(granted("u0", GOOD)).containsOnlyKeys("monitoring.heartbeat", "monitoring.auditTrail", "review");
    }

    @Test
    void whoMayDecideNoLongerNarrowsEveryPodAtOnceWhereThereIsNoGrace() {
        // Given
        hearAll();
        monitor.check();

        // When
        mayDecide.put("alice", false);
        monitor.check();

        // Then
        OversightRequirement review = requirement("review");
        assertThat(review.state()).isEqualTo(State.LAPSED);
        assertThat(review.message())
                .isEqualTo("0 of at least 1 may decide toolcallreviews in dev; not User alice");
        assertThat(review.narrowed()).containsExactly("Deny pay/*");
        assertThat(review.pods()).isNull();
        assertThat(granted("u0", GOOD)).doesNotContainKey("review").containsKey("monitoring.heartbeat");
        assertThat(granted("u1", GOOD)).doesNotContainKey("review");
    }

    @Test
    void anAccountOfTheAgentsNamespaceDecidesNothingUnderAUsersNameEither() {
        // Given
        String account = "system:serviceaccount:dev:coder";
        fleet = fleet(cluster(1).replace("name: alice", "name: '" + account + "'"));
        monitor = monitor();
        mayDecide.put(account, true);

        // When
        monitor.check();

        // Then
        assertThat(requirement("review").state()).isEqualTo(State.LAPSED);
        assertThat(granted("u0", GOOD)).doesNotContainKey("review");
    }

    @Test
    void whoMayDecideAgainCountsOnceItHasBeenSoForAMoment() {
        // Given
        hearAll();
        mayDecide.put("alice", false);
        monitor.check();
        mayDecide.put("alice", true);

        // When
        monitor.check();
        State atOnce = requirement("review").state();
        passWithout(Duration.ofSeconds(10));

        // Then
        assertThat(atOnce).isEqualTo(State.LAPSED);
        assertThat(requirement("review").state()).isEqualTo(State.MET);
        assertThat(granted("u0", GOOD)).containsKey("review");
    }

    @Test
    void aLapseIsAsOldAsItIsForPodsThatComeLater() {
        // Given
        String graced = cluster(0).replace("after: 0s", "after: 1m");
        fleet = fleet(graced);
        monitor = monitor();
        mayDecide.put("alice", false);
        passWithout(Duration.ofMinutes(2));
        State without = requirement("review").state();

        // When
        fleet.accept(Snapshots.of(cluster(1).replace("after: 0s", "after: 1m")));
        passWithout(Duration.ofSeconds(5));

        // Then
        assertThat(without).isEqualTo(State.NOT_APPLICABLE);
        assertThat(requirement("review").narrowed()).containsExactly("Deny pay/*");
        assertThat(granted("u0", GOOD)).doesNotContainKey("review");
    }

    @Test
    void whatIsRequiredFromNowOnIsGrantedBeforeItWasLookedAt() {
        // Given
        String graced = cluster(2).replace("after: 0s", "after: 1m");
        fleet = fleet(graced.replaceAll("(?s)  review:.*?\\}\\]\\}\n", ""));
        monitor = monitor();
        passWithout(Duration.ofMinutes(10));

        // When
        fleet.accept(Snapshots.of(graced));

        // Then
        assertThat(granted("u0", GOOD)).containsEntry("review", Duration.ofMinutes(1));
    }

    @Test
    void nothingIsSaidToLapseWhileItIsAskedForTheFirstTime() {
        // Given
        String graced = cluster(2).replace("after: 0s", "after: 1m");
        fleet = fleet(graced);
        monitor = monitor();
        mayDecide.put("berta", true);
        passWithout(Duration.ofMinutes(10));
        mayDecide.remove("berta");

        // When
        fleet.accept(Snapshots.of(graced.replace("name: alice", "name: berta")));
        pass(Duration.ofSeconds(1));
        hearAll();
        monitor.check();
        State asked = requirement("review").state();
        mayDecide.put("berta", true);
        pass(Duration.ofSeconds(1));
        monitor.check();

        // Then
        assertThat(asked).isEqualTo(State.MET);
        assertThat(requirement("review").state()).isEqualTo(State.MET);
        assertThat(requirement("review").since()).isEqualTo("2026-03-01T12:00:05Z");
    }

    @Test
    void noPodsAreNotApplicable() {
        // Given
        fleet = fleet(cluster(0));
        monitor = monitor();

        // When
        monitor.check();

        // Then
        assertThat(monitor.standings().get(CODER)).extracting(RequirementStanding::state)
                .containsOnly(State.NOT_APPLICABLE);
    }

    @Test
    void aReplicaThatHasJustBegunToLeadSaysWhatWasSaidUntilItCanKnow() {
        // Given
        OversightRequirement written = new OversightRequirement("monitoring.heartbeat", State.LAPSED,
                "2026-03-01T11:58:00Z", "Silent", "1 of 2 pods; coder-1 is not heard", List.of(),
                List.of("Deny * of High stakes"), List.of("coder-1"));
        fleet = fleet(cluster(2), new AgentFacts(CODER, List.of(written)));
        monitor = monitor();
        hearing = Hearing.ALL_SOON;
        hear("u0", GOOD);

        // When
        monitor.check();
        OversightRequirement first = requirement("monitoring.heartbeat");
        pass(Duration.ofSeconds(40));
        hear("u0", GOOD);
        hearing = Hearing.ALL;
        monitor.check();

        // Then
        assertThat(first.since()).isEqualTo("2026-03-01T11:58:00Z");
        assertThat(first.pods()).containsExactly("coder-1");
        OversightRequirement then = requirement("monitoring.heartbeat");
        assertThat(then.state()).isEqualTo(State.UNKNOWN);
        assertThat(then.since()).isEqualTo("2026-03-01T11:58:00Z");
    }

    @Test
    void aReplicaThatHasJustBegunNarrowsNobodyForWhatItDoesNotKnowYet() {
        // Given
        OversightRequirement written = new OversightRequirement("review", State.MET, "2026-03-01T11:00:00Z", "Met", "",
                List.of(), null, null);
        fleet = fleet(cluster(2), new AgentFacts(CODER, List.of(written)));
        monitor = monitor();
        hearing = Hearing.SOME;
        mayDecide.clear();

        // When
        monitor.check();

        // Then
        assertThat(granted("u0", GOOD)).containsEntry("review", Duration.ofSeconds(30));
    }

    @Test
    void whatStaysUnknownLapses() {
        // Given
        hearAll();
        monitor.check();

        // When
        mayDecide.clear();
        passWithout(Duration.ofSeconds(40));

        // Then
        assertThat(requirement("review").state()).isEqualTo(State.UNKNOWN);
        assertThat(granted("u0", GOOD)).doesNotContainKey("review");
    }

    @Test
    void aPodThatHasJustStartedIsGivenTheTimeToSpeak() {
        // Given
        hear("u0", GOOD);

        // When
        monitor.check();
        State atFirst = requirement("monitoring.heartbeat").state();
        passWithout(Duration.ofSeconds(40), "u1");

        // Then
        assertThat(atFirst).isEqualTo(State.MET);
        assertThat(requirement("monitoring.heartbeat").state()).isEqualTo(State.UNKNOWN);
        assertThat(requirement("monitoring.heartbeat").reason()).isEqualTo("NeverHeard");
    }

    @Test
    void aPodWithoutGuardrailLapses() {
        // Given
        fleet = fleet(cluster(1).replaceAll("(?s)annotations:.*?\\}'", "generateName: x"));
        monitor = monitor();

        // When
        monitor.check();

        // Then
        List<RequirementStanding> standings = monitor.standings().values().stream().flatMap(List::stream).toList();
        assertThat(standings)
                .filteredOn(standing -> standing.requirement().terms().isOfPods() && standing.state().lacks())
                .isNotEmpty().extracting(RequirementStanding::reason).containsOnly("NoGuardrail");
    }
}
