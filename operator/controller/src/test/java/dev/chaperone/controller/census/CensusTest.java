package dev.chaperone.controller.census;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.Facts;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.PodFacts;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CensusTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Instant CREATED = Instant.parse("2026-11-26T10:00:00Z");
    private static final NamespaceFacts DEV = namespace("true", "2026-11-26T09:00:00Z");

    /** What was done to a pod that admission had made, and what the census says of it. */
    private record Case(String name, Standing standing, String reason, Consumer<ObjectNode> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case wrong(String name, String reason, Consumer<ObjectNode> change) {
        return new Case(name, Standing.TAMPERED, reason, change);
    }

    private static Consumer<ObjectNode> pod(String yaml) {
        return pod -> Guarded.merged(pod, yaml);
    }

    private static Consumer<ObjectNode> guardrail(String yaml) {
        return pod -> Guarded.merged((ObjectNode) pod.at("/spec/initContainers/0"), yaml);
    }

    private static Consumer<ObjectNode> agent(String yaml) {
        return pod -> Guarded.merged((ObjectNode) pod.at("/spec/containers/0"), yaml);
    }

    private static Consumer<ObjectNode> volume(String yaml) {
        return pod -> ((ArrayNode) pod.at("/spec/volumes")).add(Guarded.yaml(yaml));
    }

    private static Consumer<ObjectNode> joined(String yaml) {
        return pod -> pod.withArray("/spec/ephemeralContainers").add(
                Guarded.merged(
                        Guarded.yaml("{name: debug, securityContext: {capabilities: {drop: [ALL]}}}"), yaml));
    }

    private static Consumer<ObjectNode> before(String yaml) {
        return pod -> ((ArrayNode) pod.at("/spec/initContainers")).insert(0, Guarded.yaml(yaml));
    }

    private static Consumer<ObjectNode> runs(String imageId) {
        return pod("status: {initContainerStatuses: [{name: chaperone-guardrail, imageID: '" + imageId + "'}]}");
    }

    static Stream<Case> wrong() {
        String ours = "its guardrail's container or volumes are not what the operator injects";
        return Stream.of(
                wrong("another environment", ours, guardrail("env: []")),
                wrong("a command", ours, guardrail("command: [sleep, infinity]")),
                wrong("fewer resources", ours, guardrail("resources: {limits: {memory: 16Mi}}")),
                wrong("a guardrail that runs once", ours, guardrail("restartPolicy: null")),
                wrong("user root", ours, guardrail("securityContext: {runAsUser: 0}")),
                wrong("the state on disk", ours, pod -> Guarded.merged(
                        (ObjectNode) pod.at("/spec/volumes/2"), "emptyDir: {medium: null}")),
                wrong("the token missing", ours, pod -> ((ArrayNode) pod.at("/spec/volumes")).remove(1)),
                wrong("by tag", "not named by a digest", guardrail("image: chaperone-guardrail:1")),
                new Case("another image", Standing.UNKNOWN_GUARDRAIL, "not one that this cluster's operators injected",
                        guardrail("image: chaperone-guardrail@sha256:" + "9".repeat(64))),
                wrong("another image runs", "runs another image",
                        runs("docker.io/library/nothing@sha256:" + "9".repeat(64))),
                wrong("not first", "not the first init container",
                        before("{name: setup, securityContext: {capabilities: {drop: [ALL]}}}")),
                wrong("shared processes", "share a process namespace", pod("spec: {shareProcessNamespace: true}")),
                wrong("node's network", "shares a namespace of its node", pod("spec: {hostNetwork: true}")),
                wrong("node's processes", "shares a namespace of its node", pod("spec: {hostPID: true}")),
                wrong("node's memory", "shares a namespace of its node", pod("spec: {hostIPC: true}")),
                wrong("node's files", "files of its node", volume("{name: node, hostPath: {path: /}}")),
                wrong("node's ports", "container agent takes a port",
                        agent("ports: [{containerPort: 1, hostPort: 1}]")),
                wrong("a foreign mount", "container agent mounts a volume of the guardrail",
                        agent("volumeMounts: [{name: chaperone-state, mountPath: /s}]")),
                wrong("the guardrail's user", "container agent runs as the guardrail's user",
                        agent("securityContext: {runAsUser: 64515}")),
                wrong("the guardrail's user for all", "runs as the guardrail's user",
                        pod("spec: {securityContext: {runAsUser: 64515}}")),
                wrong("a capability", "container agent is privileged or adds a capability",
                        agent("securityContext: {capabilities: {add: [SYS_PTRACE]}}")),
                wrong("privileged", "container agent is privileged",
                        agent("securityContext: {privileged: true}")),
                wrong("raw sockets", "container agent keeps NET_RAW",
                        agent("securityContext: {capabilities: {drop: [CHOWN]}}")),
                wrong("nothing dropped", "container agent keeps NET_RAW", agent("securityContext: null")),
                wrong("unconfined", "not confined", agent("securityContext: {seccompProfile: {type: Unconfined}}")),
                wrong("no AppArmor by annotation", "not confined", pod(
                        "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/agent: unconfined}}")),
                wrong("a sysctl", "a sysctl", pod("""
                        spec: {securityContext: {sysctls: [{name: net.ipv4.conf.all.route_localnet, value: "1"}]}}""")),
                wrong("hosts of its own", "what names resolve to",
                        pod("spec: {hostAliases: [{ip: 10.0.0.66, hostnames: [tracker.dev.svc]}]}")),
                wrong("a probe of another host", "calls another host",
                        agent("livenessProbe: {httpGet: {host: tracker.dev.svc, port: 80}}")),
                wrong("a second token", "a second token",
                        volume("""
                                {name: mine, projected: {sources: [{serviceAccountToken: {audience: guardrail.chaperone.dev}}]}}""")),
                wrong("joined as root with a capability", "container debug is privileged",
                        joined("securityContext: {capabilities: {add: [SYS_ADMIN]}}")),
                wrong("joined at the guardrail", "container debug is aimed at the guardrail",
                        joined("targetContainerName: chaperone-guardrail")),
                wrong("joined with the guardrail's files", "container debug mounts a volume",
                        joined("volumeMounts: [{name: chaperone-token, mountPath: /t}]")),
                wrong("joined as the guardrail's user", "container debug runs as",
                        joined("securityContext: {runAsUser: 64515}")),
                new Case("brought along", Standing.UNKNOWN_GUARDRAIL, "admission did not put it there",
                        pod("metadata: {annotations: {chaperone.dev/workload: null}}")),
                new Case("none", Standing.MISSING, "no guardrail",
                        pod -> ((ObjectNode) pod.get("spec")).remove("initContainers")));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void finds(Case what) {
        // Given
        ObjectNode pod = Guarded.pod();
        what.change().accept(pod);

        // When
        PodStanding standing = census(heard("x")).of(facts(pod), DEV, CREATED.minusSeconds(60), false);

        // Then
        assertThat(standing.standing()).isEqualTo(what.standing());
        assertThat(standing.reason()).contains(what.reason());
    }

    static Stream<Case> right() {
        return Stream.of(
                fine("as it was made", _ -> {}),
                fine("an init container behind it", pod -> pod.withArray("/spec/initContainers")
                        .add(Guarded.yaml("{name: setup, securityContext: {capabilities: {drop: [NET_RAW]}}}"))),
                fine("a capability of the baseline",
                        agent("securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}")),
                fine("another user", agent("securityContext: {runAsUser: 64514}")),
                fine("a token of another audience", volume("""
                        {name: vault, projected: {sources: [{serviceAccountToken: {audience: vault}}]}}""")),
                fine("an image that runs by its own name",
                        runs("registry.example/mirror@sha256:" + "1".repeat(64))),
                fine("a runtime that names images otherwise", runs("sha256:" + "9".repeat(64))),
                fine("an image that is being pulled", runs("")),
                fine("a debugger that keeps the rules", joined("targetContainerName: agent")),
                fine("resolver options", pod("spec: {dnsConfig: {options: [{name: ndots, value: '2'}]}}")),
                fine("a safe sysctl", pod("""
                        spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}}""")),
                fine("a port of its own", agent("ports: [{containerPort: 80}]")),
                fine("a probe of itself", agent("livenessProbe: {httpGet: {port: 80}}")),
                fine("resources resized", agent("resources: {limits: {memory: 1Gi}}")),
                fine("what the kubelet allocated", pod("""
                        status: {initContainerStatuses: [{name: chaperone-guardrail, resources: {limits: {memory: 1Gi}},
                          allocatedResources: {memory: 1Gi}}]}""")),
                fine("placed, tolerated and labelled", pod("""
                        metadata: {labels: {x: y}, annotations: {a: b}, resourceVersion: "9"}
                        spec: {nodeName: n, tolerations: [{operator: Exists}], priority: 0}""")));
    }

    private static Case fine(String name, Consumer<ObjectNode> change) {
        return new Case(name, Standing.GUARDED, "", change);
    }

    @ParameterizedTest
    @MethodSource("right")
    void accusesNobody(Case what) {
        // Given
        ObjectNode pod = Guarded.pod();
        what.change().accept(pod);

        // When
        PodStanding standing = census(heard("u-1")).of(facts(pod), DEV, CREATED.minusSeconds(60), false);

        // Then
        assertThat(standing).isEqualTo(PodStanding.GUARDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void guardrailsOfEarlierReleasesAreStale(String release) {
        // Given
        PodFacts pod = facts(Guarded.pod(Guarded.bare(), Guarded.settings(release)));

        // When
        PodStanding standing = census(heard("u-1")).of(pod, DEV, null, false);

        // Then
        assertThat(standing.standing()).isEqualTo(Standing.STALE);
    }

    @Test
    void podsThatWereThereBeforeGovernanceAreOlder() {
        PodFacts pod = facts(Guarded.bare());
        NamespaceFacts later = namespace("true", "2026-11-26T11:00:00Z");
        assertThat(standing(pod, later, null)).isEqualTo(Standing.OLDER_THAN_GOVERNANCE);
        assertThat(standing(pod, later, CREATED.plusSeconds(3600))).isEqualTo(Standing.OLDER_THAN_GOVERNANCE);
        // There was the agent already: the label was only written again.
        assertThat(standing(pod, later, CREATED.minusSeconds(3600))).isEqualTo(Standing.MISSING);
        assertThat(standing(pod, DEV, null)).isEqualTo(Standing.MISSING);
        assertThat(standing(pod, namespace("true", null), null)).isEqualTo(Standing.MISSING);
    }

    @Test
    void podsOfBreakGlassAreMissing() {
        // When
        PodStanding standing = census(Map.of())
                .of(facts(Guarded.bare()), namespace("break-glass", "2026-11-26T09:00:00Z"), null, false);

        // Then
        assertThat(standing).isEqualTo(
                new PodStanding(Standing.MISSING, "it has no guardrail: the namespace is under break-glass"));
    }

    @Test
    void whoSpeaksWithoutAGuardrailIsUnknown() {
        // Given
        ObjectNode pod = Guarded.pod();
        ((ObjectNode) pod.get("spec")).remove("initContainers");

        // When
        PodStanding standing = census(heard("u-1")).of(facts(pod), DEV, null, false);

        // Then
        assertThat(standing.standing()).isEqualTo(Standing.UNKNOWN_GUARDRAIL);
    }

    @Test
    void silenceIsToldWhenItMeansSomething() {
        PodFacts pod = facts(Guarded.pod());
        assertThat(census(Map.of()).of(pod, DEV, null, false).standing()).isEqualTo(Standing.SILENT);
        assertThat(census(heard("u-1", NOW.minusSeconds(36))).of(pod, DEV, null, false).standing())
                .isEqualTo(Standing.SILENT);

        Census begun = census(Map.of(), NOW.minusSeconds(34));
        assertThat(begun.of(pod, DEV, null, false).standing()).isEqualTo(Standing.GUARDED);
        assertThat(begun.of(pod, DEV, null, true).standing()).isEqualTo(Standing.SILENT);

        PodFacts young = facts(Guarded.merged(Guarded.pod(), "metadata: {creationTimestamp: '2026-11-26T11:59:30Z'}"));
        assertThat(census(Map.of()).of(young, DEV, null, false).standing()).isEqualTo(Standing.GUARDED);
        assertThat(census(Map.of()).again(List.of(young, pod))).isEqualTo(Instant.parse("2026-11-26T12:00:05Z"));
        assertThat(census(Map.of()).again(List.of(pod))).isNull();
        assertThat(census(heard("u-1")).again(List.of(young))).isNull();

        PodFacts ending = facts(Guarded.merged(Guarded.pod(), "metadata: {deletionTimestamp: '2026-11-26T11:59:30Z'}"));
        assertThat(census(Map.of()).of(ending, DEV, null, false).standing()).isEqualTo(Standing.GUARDED);
    }

    @Test
    void countsWhatRunsAndWhatIsAtFault() {
        // Given
        List<PodFacts> pods = List.of(
                named("a-runs", "status: {phase: Running}"),
                named("b-pends", "status: {phase: Pending}"),
                named("c-ends", "metadata: {deletionTimestamp: '2026-11-26T11:59:30Z'}"),
                named("d-pends-at-fault", "{status: {phase: Pending}, spec: {hostPID: true}}"),
                named("e-ends-at-fault",
                        "{metadata: {deletionTimestamp: '2026-11-26T11:59:30Z'}, spec: {hostPID: true}}"),
                named("f-ended", "{status: {phase: Failed}, spec: {hostPID: true}}"));

        // When
        AgentCoverage coverage = census(heard("a-runs")).of(pods, DEV, null, null).coverage();

        // Then
        assertThat(coverage.guarded()).isEqualTo("1/3");
        assertThat(coverage.deviations()).extracting(Deviation::pod)
                .containsExactly("d-pends-at-fault", "e-ends-at-fault");
    }

    @Test
    void tellsTheWorstFirstAndNotAll() {
        // Given
        List<PodFacts> pods = Stream.concat(
                IntStream.range(0, 30).mapToObj(i -> facts(Guarded.merged(
                        Guarded.pod(Guarded.bare(), Guarded.settings("2")), "metadata: {name: a-%d}".formatted(i)))),
                Stream.of(named("z", "spec: {hostPID: true}"))).toList();

        // When
        AgentCensus census = census(heard("u-1", "z")).of(pods, DEV, null, null);

        // Then
        assertThat(census.counts()).isEqualTo(Map.of(Standing.STALE, 30, Standing.TAMPERED, 1));
        assertThat(census.notGuarded()).containsExactly("z");
        AgentCoverage coverage = census.coverage();
        assertThat(coverage.guarded()).isEqualTo("30/31");
        assertThat(coverage.deviations()).hasSize(AgentCoverage.MOST);
        assertThat(coverage.deviations().getFirst().pod()).isEqualTo("z");
    }

    private static PodFacts named(String name, String change) {
        ObjectNode pod = Guarded.merged(Guarded.pod(), "metadata: {name: %1$s, uid: %1$s}".formatted(name));
        return facts(Guarded.merged(pod, change));
    }

    private static Standing standing(PodFacts pod, NamespaceFacts namespace, @Nullable Instant agentSince) {
        return census(Map.of()).of(pod, namespace, agentSince, false).standing();
    }

    private static PodFacts facts(ObjectNode pod) {
        return Facts.of(Guarded.typed(pod));
    }

    private static Census census(Map<String, PodReport> reports) {
        return census(reports, NOW.minusSeconds(600));
    }

    private static Census census(Map<String, PodReport> reports, Instant since) {
        return new Census(
                KnownGuardrails.of(Guarded.shape()), new Programming(reports, NOW, Duration.ofSeconds(35), since));
    }

    private static Map<String, PodReport> heard(String... pods) {
        return Stream.of(pods).collect(Collectors.toMap(pod -> pod, pod -> report(NOW)));
    }

    private static Map<String, PodReport> heard(String pod, Instant when) {
        return Map.of(pod, report(when));
    }

    private static PodReport report(Instant when) {
        return new PodReport("r", null, List.of(), when, null, List.of(), null);
    }

    private static NamespaceFacts namespace(String governed, @Nullable String since) {
        String fields = since == null
                ? "[]"
                : """
                        [{manager: kubectl, time: "%s", fieldsV1: {"f:metadata": {"f:labels": {"f:chaperone.dev/governed": {}}}}},
                         {manager: other, time: "2020-01-01T00:00:00Z", fieldsV1: {"f:metadata": {"f:labels": {"f:x": {}}}}}]"""
                        .formatted(since);
        return Facts.of(Serialization.unmarshal("""
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: dev
                  labels: {chaperone.dev/governed: "%s"}
                  managedFields: %s
                """.formatted(governed, fields.replace("\n", "")), Namespace.class));
    }
}
