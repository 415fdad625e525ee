package dev.chaperone.controller.plan;

import java.util.List;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.status.Statuses;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the manifests of each folder become; {@code -Dgolden.update=true} writes anew what is expected. */
class FleetPlannerGoldenTest {
    private static final Path FOLDERS = Path.of("src/test/resources/plan");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final EgressPolicies EGRESS = new EgressPolicies(
            EgressSettings.of("chaperone-system", EgressSettings.DNS));

    static Stream<Path> folders() throws IOException {
        return Files.list(FOLDERS).sorted();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void plans(Path folder) throws IOException {
        // Given
        Snapshot snapshot = Snapshots.read(folder);

        // When
        FleetPlan plan = new FleetPlanner(new PolicyCompiler()).plan(snapshot, Map.of());

        // Then
        String yaml = Serialization.asYaml(described(plan));
        Path expected = folder.resolve("out-plan.yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(expected, yaml);
        }
        assertThat(yaml).isEqualTo(Files.readString(expected));
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.matches("in-.*\\.yaml|out-plan\\.yaml"));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void plansTheSameWhateverTheOrder(Path folder) throws IOException {
        // Given
        Snapshot snapshot = Snapshots.read(folder);
        Snapshot shuffled = Snapshots.shuffled(snapshot, new Random(7));

        // When
        FleetPlan plan = new FleetPlanner(new PolicyCompiler()).plan(shuffled, Map.of());

        // Then
        assertThat(plan).isEqualTo(new FleetPlanner(new PolicyCompiler()).plan(snapshot, Map.of()));
    }

    private static JsonNode described(FleetPlan plan) {
        Statuses statuses = new Statuses(
                plan, new Programming(Map.of(), NOW, Duration.ofSeconds(35), NOW.minusSeconds(60)), _ -> List.of());
        Map<String, Object> all = new LinkedHashMap<>();
        Map<String, Object> agents = new LinkedHashMap<>();
        plan.agents().forEach((id, agent) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("workload", agent.workload());
            one.put("labels", agent.labels());
            one.put("podNames", agent.pods().stream().map(pod -> pod.name()).toList());
            one.put("tokens", agent.credentials().tokens());
            NetworkPolicySpec egress = EGRESS.spec(agent);
            if (egress != null) {
                one.put("egress", egress);
                one.put("publicHosts", agent.egress().publicHosts());
                one.put("notOpened", agent.egress().notOpened());
            }
            one.put("status", statuses.agent(agent, 1, null));
            agents.put(id.toString(), one);
        });
        all.put("agents", agents);
        Map<String, Object> policies = new LinkedHashMap<>();
        plan.policies().forEach((id, policy) -> policies.put(id.toString(), statuses.policy(policy, null)));
        all.put("policies", policies);
        Map<String, Object> servers = new LinkedHashMap<>();
        plan.servers().forEach((id, server) -> servers.put(id.resource(), statuses.server(server, null)));
        all.put("servers", servers);
        if (!plan.exemptions().asked().isEmpty()) {
            all.put("exempt", plan.exemptions().names());
            Map<String, Object> oversight = new LinkedHashMap<>();
            plan.oversight().forEach((id, each) -> oversight.put(id.toString(), statuses.oversight(each, null)));
            all.put("oversight", oversight);
        }
        return Serialization.unmarshal(Serialization.asJson(all), JsonNode.class);
    }

}
