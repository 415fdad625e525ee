package dev.chaperone.controller.reconciler.server;

import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.plan.ServerPlan;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Reconciliation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import dev.chaperone.controller.status.Statuses;
import dev.chaperone.policy.Pins;
import java.util.ArrayList;
import java.util.List;
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
        told(earlier.loosenedTo(planned.pinned()))
                .forEach(note -> reconciliation.events().warn(server, Events.LOOSENED, note));
        statuses.changes(planned).notes(planned.pins()).stream().limit(MOST_TOLD)
                .forEach(note -> reconciliation.events().warn(server, TOOL_DEFINITION_CHANGED, note));
        reconciliation.events().changed(server, before == null ? null : before.conditions(), status.conditions());
        return Optional.of(status);
    }

    /** Each pin is an event of its own, so that none is cut off behind others. */
    private static List<String> told(List<String> looser) {
        if (looser.size() <= MOST_TOLD) {
            return looser;
        }
        List<String> first = new ArrayList<>(looser.subList(0, MOST_TOLD - 1));
        first.add("and " + (looser.size() - first.size()) + " more tools are pinned no longer, or to something else");
        return first;
    }
}
