package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.groups.Tuple;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What permits more than before is told where reviewers look for it, and once. */
class LooseningIT {
    private static final String NAMESPACE = "loosened";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String DIGEST = "sha256:" + "0".repeat(64);
    private static final Map<String, String> STRICT = Map.of(
            "pin", ", definition: '" + DIGEST + "'", "grace", "1m", "account", "default");
    private static final Map<String, String> LOOSE = Map.of("pin", "", "grace", "10m", "account", "database");
    private static final Tuple[] TOLD = {
            tuple("ToolServer", "files", "tool read_file is no longer pinned, it was to " + DIGEST),
            tuple("OversightPolicy", "watched",
                    "monitoring.heartbeat lapses for 10m instead of 1m before anything narrows"),
            tuple("Deployment", "worker", "new pods are not governed: the pod template names ServiceAccount database,"
                    + " which a ClusterOversightPolicy exempts")};

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    @AfterEach
    void nothingIsAskedFor() {
        cluster.client().resources(OversightPolicy.class).inNamespace(NAMESPACE).delete();
        cluster.client().resources(ClusterOversightPolicy.class).withName("databases").delete();
    }

    @Test
    void eachIsToldOnceAlsoWhenAnotherReplicaLeads() throws Exception {
        // Given
        cluster.apply("loosening.yaml", STRICT);
        Awaitility.await("all is known").atMost(SOON).ignoreExceptions().until(
                () -> agent() != null && isSeen() && server().getStatus().pinned().size() == 1);

        // When
        cluster.apply("loosening.yaml", LOOSE);

        // Then
        Awaitility.await("it is told").atMost(SOON)
                .untilAsserted(() -> assertThat(told()).containsExactlyInAnyOrder(TOLD));
        Awaitility.await("what was pinned is forgotten").atMost(SOON)
                .until(() -> server().getStatus().pinned() == null && agent() == null);
        cluster.platformAdmin().restartsOperator();
        assertThat(cluster.platformAdmin().leader()).isNotEmpty();
        Thread.sleep(Duration.ofSeconds(10));
        assertThat(told()).containsExactlyInAnyOrder(TOLD);
    }

    private static Agent agent() {
        return cluster.client().resources(Agent.class).inNamespace(NAMESPACE).withName("worker").get();
    }

    private static ToolServer server() {
        return cluster.client().resources(ToolServer.class).inNamespace(NAMESPACE).withName("files").get();
    }

    private static boolean isSeen() {
        OversightPolicy policy = cluster.client().resources(OversightPolicy.class).inNamespace(NAMESPACE)
                .withName("watched").get();
        return Objects.equals(policy.getStatus().observedGeneration(), policy.getMetadata().getGeneration());
    }

    private static List<Tuple> told() {
        return cluster.client().events().v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(event -> "Loosened".equals(event.getReason()))
                .map(LooseningIT::subject).toList();
    }

    private static Tuple subject(Event event) {
        return tuple(event.getRegarding().getKind(), event.getRegarding().getName(), event.getNote());
    }
}
