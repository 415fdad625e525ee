package dev.chaperone.controller.reconciler.server;

import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.plan.ServerPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import dev.chaperone.controller.status.Statuses;
import dev.chaperone.policy.Pins;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What both kinds of tool servers have in common. */
final class ServerStatus {
    /** Of an event on a tool server: it shows another definition of a tool than the pinned one. */
    static final String TOOL_DEFINITION_CHANGED = "ToolDefinitionChanged";
    private static final int MOST_TOLD = 16;

    private final Reconciliation reconciliation;
    private final LastPins last = new LastPins();

    ServerStatus(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    /** The status when it has to be written. */
    Optional<ToolServerStatus> of(ServerId id, HasMetadata server, @Nullable ToolServerStatus before) {
        FleetPlan plan = reconciliation.plan();
        ServerPlan planned = plan.servers().get(id);
        boolean current = planned != null && planned.uid().equals(server.getMetadata().getUid())
                && planned.generation() >= server.getMetadata().getGeneration();
        if (reconciliation.mustNotWrite() || planned == null || !current) {
            return Optional.empty();
        }
        Statuses statuses = reconciliation.statuses(plan);
        ToolServerStatus status = statuses.server(planned, before);
        Pins earlier = last.replace(id, planned.pinned(), before);
        if (status.equals(before)) {
            return Optional.empty();
        }
        reconciliation.events().loosened(server, earlier.loosenedTo(planned.pinned()));
        statuses.changes(planned).notes(planned.pins()).stream().limit(MOST_TOLD)
                .forEach(note -> reconciliation.events().warn(server, TOOL_DEFINITION_CHANGED, note));
        reconciliation.events().changed(server, before == null ? null : before.conditions(), status.conditions());
        return Optional.of(status);
    }
}
