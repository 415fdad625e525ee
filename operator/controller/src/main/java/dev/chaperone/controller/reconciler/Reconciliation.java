package dev.chaperone.controller.reconciler;

import java.util.Map;
import java.util.List;
import dev.chaperone.controller.oversight.RequirementStanding;
import dev.chaperone.api.ServerSideApply;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.planned.FleetChange;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.status.Statuses;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all reconcilers share.
 *
 * @param namespace the operator's namespace
 */
public record Reconciliation(
        PlannedFleet fleet,
        Supplier<Programming> programming,
        Supplier<Map<AgentId, List<RequirementStanding>>> oversight,
        KubernetesClient client,
        Leadership leadership,
        Events events,
        String namespace) {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    public FleetPlan plan() {
        return fleet.plan();
    }

    public Statuses statuses(FleetPlan plan) {
        Map<AgentId, List<RequirementStanding>> standings = oversight.get();
        return new Statuses(
                plan, programming.get(),
                agent -> standings.getOrDefault(agent, List.of()).stream().map(RequirementStanding::status).toList());
    }

    /** Whether this replica must not write. */
    public boolean mustNotWrite() {
        return leadership.isLost();
    }

    /** Reconciles these primaries when the plan changes. */
    public <P extends HasMetadata> EventSource<?, P> onPlan(Function<FleetChange, Stream<ResourceID>> primaries) {
        SimpleInboundEventSource<P> source = new SimpleInboundEventSource<>("plan");
        fleet.onPlan(change -> primaries.apply(change).forEach(source::propagateEvent));
        return source;
    }

    /** Writes as the owner of what the resource says, and takes it from whoever else wrote it. */
    public <T extends HasMetadata> T apply(T resource) {
        LOG.atInfo().addKeyValue("kind", resource.getKind())
                .addKeyValue("namespace", resource.getMetadata().getNamespace())
                .addKeyValue("name", resource.getMetadata().getName())
                .log("Apply");
        return client.resource(resource).patch(ServerSideApply.AS_OWNER);
    }

    /** Deletes this very object, and none that has taken its name since. */
    public void delete(HasMetadata resource) {
        LOG.atInfo().addKeyValue("kind", resource.getKind())
                .addKeyValue("namespace", resource.getMetadata().getNamespace())
                .addKeyValue("name", resource.getMetadata().getName())
                .log("Delete");
        client.resource(resource).lockResourceVersion(resource.getMetadata().getResourceVersion()).delete();
    }

    public static ResourceID id(AgentId agent) {
        return new ResourceID(agent.name(), agent.namespace());
    }

    public static AgentId agentId(HasMetadata resource) {
        return new AgentId(resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    }
}
