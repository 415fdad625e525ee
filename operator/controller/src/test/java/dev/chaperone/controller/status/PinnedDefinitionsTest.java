package dev.chaperone.controller.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Conditions;
import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.config.Digests;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.FleetPlanner;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.plan.ServerPlan;
import dev.chaperone.controller.plan.Snapshots;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a tool server's status says of definitions that its pods saw. */
class PinnedDefinitionsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final Instant LONG_AGO = NOW.minusSeconds(600);
    private static final Instant SINCE = Instant.parse("2026-01-01T00:01:00.5Z");
    private static final Duration HEARTBEAT = Duration.ofSeconds(35);
    private static final String PIN = Digests.of(new byte[]{1});
    private static final String OTHER = Digests.of(new byte[]{2});
    private static final ServerId FILES = new ServerId("dev", "files");

    private final FleetPlan plan = plan(PIN);
    private final Map<String, PodReport> reports = new HashMap<>();

    private static FleetPlan plan(String pin) {
        return new FleetPlanner(new PolicyCompiler()).plan(
                Snapshots.of("""
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                        ---
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: coder, namespace: dev, uid: u-coder}
                        spec: {template: {metadata: {labels: {app: coder}}}}
                        ---
                        apiVersion: chaperone.dev/v1alpha1
                        kind: ToolServer
                        metadata: {name: files, namespace: dev, uid: u-files, generation: 3}
                        spec: {url: 'http://files/mcp', tools: [{name: read, definition: '%s'}, {name: write}]}
                        ---
                        apiVersion: chaperone.dev/v1alpha1
                        kind: ToolServer
                        metadata: {name: open, namespace: dev, uid: u-open, generation: 1}
                        spec: {url: 'http://open/mcp'}
                        ---
                        apiVersion: chaperone.dev/v1alpha1
                        kind: ClusterToolServer
                        metadata: {name: search, uid: u-search, generation: 1}
                        spec: {namespaceSelector: {}, url: 'http://search/mcp', tools: [{name: read, definition: '%s'}]}
                        """.formatted(pin, pin), pod("a"), pod("b")),
                Map.of());
    }

    private static String pod(String name) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  {name: %1$s, namespace: dev, uid: u-%1$s, annotations: {chaperone.dev/workload: \
                '{"apiVersion":"apps/v1","kind":"Deployment","name":"coder","uid":"u-coder"}'}}
                status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
                """.formatted(name);
    }

    private void reports(String pod, ChangedDefinition... changed) {
        reports.put("u-" + pod, new PodReport("r", null, List.of(1), NOW, null, List.of(changed), null));
    }

    private static ChangedDefinition saw(String server, String seen, Instant since) {
        return new ChangedDefinition(server, "read", seen, since);
    }

    private Statuses statuses(FleetPlan of, Instant leadsSince) {
        return new Statuses(of, new Programming(reports, NOW, HEARTBEAT, leadsSince), _ -> List.of());
    }

    private Optional<Condition> condition(ServerId server) {
        return condition(statuses(plan, LONG_AGO).server(plan.servers().get(server), null));
    }

    private static Optional<Condition> condition(ToolServerStatus status) {
        return status.conditions().stream().filter(each -> each.getType().equals(Conditions.DEFINITIONS_PINNED))
                .findFirst();
    }

    @Test
    void is_true_where_no_pod_sees_anything_else_and_absent_where_nothing_is_pinned() {
        // Given
        reports("a");

        // When
        Condition pinned = condition(FILES).orElseThrow();

        // Then
        assertThat(pinned.getStatus()).isEqualTo("True");
        assertThat(pinned.getReason()).isEqualTo(Conditions.REASON_AS_PINNED);
        assertThat(condition(new ServerId("dev", "open"))).isEmpty();
    }

    @Test
    void names_the_tool_what_was_seen_by_how_many_pods_and_since_when() {
        // Given
        reports("a", saw("files", OTHER, SINCE.plusSeconds(60)));
        reports("b", saw("files", OTHER, SINCE));

        // When
        Condition pinned = condition(FILES).orElseThrow();

        // Then
        assertThat(pinned.getStatus()).isEqualTo("False");
        assertThat(pinned.getReason()).isEqualTo(Conditions.REASON_DEFINITION_CHANGED);
        assertThat(pinned.getMessage()).isEqualTo("read: " + OTHER + " seen by 2 pods since 2026-01-01T00:01:00Z");
        assertThat(condition(new ServerId(null, "search")).orElseThrow().getStatus()).isEqualTo("True");
    }

    @Test
    void tells_the_same_note_whatever_the_number_of_pods() {
        // Given
        ServerPlan server = plan.servers().get(FILES);
        reports("a", saw("files", OTHER, SINCE));
        List<String> one = statuses(plan, LONG_AGO).changes(server).notes(server.pins());
        reports("b", saw("files", OTHER, SINCE.minusSeconds(5)));

        // When
        List<String> two = statuses(plan, LONG_AGO).changes(server).notes(server.pins());

        // Then
        assertThat(one).isEqualTo(two).containsExactly("read: the server shows " + OTHER + ", pinned is " + PIN);
    }

    @Test
    void a_shared_server_hears_of_the_pods_of_each_namespace() {
        // Given
        reports("a", saw("search", ChangedDefinition.MISSING, SINCE));

        // When
        Condition pinned = condition(new ServerId(null, "search")).orElseThrow();

        // Then
        assertThat(pinned.getMessage()).isEqualTo("read: missing seen by 1 pod since 2026-01-01T00:01:00Z");
        assertThat(condition(FILES).orElseThrow().getStatus()).isEqualTo("True");
    }

    @Test
    void what_is_pinned_by_now_and_what_is_not_pinned_at_all_is_no_change() {
        // Given
        reports("a", saw("files", OTHER, SINCE), new ChangedDefinition("files", "write", OTHER, SINCE),
                saw("open", OTHER, SINCE));
        FleetPlan repinned = plan(OTHER);

        // When
        ToolServerStatus status = statuses(repinned, LONG_AGO).server(repinned.servers().get(FILES), null);

        // Then
        assertThat(condition(status).orElseThrow().getStatus()).isEqualTo("True");
        assertThat(condition(FILES).orElseThrow().getMessage()).doesNotContain("write");
        assertThat(condition(new ServerId("dev", "open"))).isEmpty();
    }

    @Test
    void heals_when_no_pod_says_it_any_more_and_not_because_this_replica_has_just_begun() {
        // Given
        reports("a", saw("files", OTHER, SINCE));
        reports("b");
        ServerPlan server = plan.servers().get(FILES);
        ToolServerStatus before = statuses(plan, LONG_AGO).server(server, null);
        reports.clear();

        // When
        ToolServerStatus begun = statuses(plan, NOW.minusSeconds(1)).server(server, before);
        reports("a");
        reports("b");
        ToolServerStatus healed = statuses(plan, NOW.minusSeconds(1)).server(server, before);

        // Then
        assertThat(condition(begun)).isEqualTo(condition(before));
        assertThat(condition(healed).orElseThrow().getStatus()).isEqualTo("True");
    }

    @Test
    void names_some_of_many() {
        // Given
        reports("a", IntStream.range(0, 16).mapToObj(i -> saw("files", "sha256:" + i, SINCE))
                .toArray(ChangedDefinition[]::new));

        // When
        Condition pinned = condition(FILES).orElseThrow();

        // Then
        assertThat(pinned.getMessage().lines()).hasSize(1);
        assertThat(pinned.getMessage()).contains("sha256:15 seen by 1 pod");
    }
}
