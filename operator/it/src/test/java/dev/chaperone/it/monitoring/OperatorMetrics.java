package dev.chaperone.it.monitoring;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.controller.channel.ChannelSamples;
import dev.chaperone.controller.evidence.EvidenceMetrics;
import dev.chaperone.controller.evidence.Finding;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.oversight.OversightMetrics;
import dev.chaperone.controller.oversight.RequirementStanding;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.planned.PlanSamples;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.reconciler.LeadershipMetrics;
import dev.chaperone.controller.reconciler.census.CensusSamples;
import dev.chaperone.controller.status.DefinitionMetrics;
import dev.chaperone.policy.oversight.Requirement;
import dev.chaperone.policy.oversight.Terms;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a replica of the operator shows after some of everything that it counts. */
final class OperatorMetrics {
    private static final List<String> REQUIREMENTS = List.of(
            Requirement.HEARTBEAT, Requirement.AUDIT_TRAIL, Requirement.COVERAGE, Requirement.REVIEW);

    private OperatorMetrics() {}

    static String exposition() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        LeadershipMetrics.register(registry, new Leadership(Clock.systemUTC()));
        PlanSamples.count(registry);
        ChannelSamples.count(registry);
        CensusSamples.register(registry);
        DefinitionMetrics.register(registry,
                () -> Map.of(new ServerId("dev", "tracker"), 1, new ServerId(null, "search"), 0),
                () -> Map.of(new ServerId("dev", "tracker"), 3, new ServerId(null, "search"), 0));
        OversightMetrics.register(registry, OperatorMetrics::standings);
        countEvidence(new EvidenceMetrics(registry));
        var out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(out, registry.scrape());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<AgentId, List<RequirementStanding>> standings() {
        return Map.of(new AgentId("dev", "coder"), REQUIREMENTS.stream()
                .flatMap(name -> Arrays.stream(State.values()).map(state -> standing(name, state))).toList());
    }

    private static RequirementStanding standing(String name, State state) {
        Requirement requirement = new Requirement(
                name, new TreeSet<>(), new Terms.Heartbeat(Duration.ofMinutes(1)), Duration.ZERO, List.of(), false);
        return new RequirementStanding(requirement, state, Instant.EPOCH, "Reason", "", List.of(), Set.of(), false,
                null);
    }

    private static void countEvidence(EvidenceMetrics metrics) {
        Stream.of("kept", "failed", "busy", "refused").forEach(metrics::batch);
        metrics.kept(List.of("{}".getBytes(StandardCharsets.UTF_8)), Duration.ofMillis(3));
        metrics.repeated(1);
        Stream.of(
                new Finding.Altered("boot", 1), new Finding.Missing("boot", 1, 2), new Finding.Rewritten("boot", 1),
                new Finding.Reordered("boot", 1), new Finding.Unreadable("boot", 1), new Finding.Foreign("boot", 1))
                .forEach(metrics::broken);
    }
}
