package dev.chaperone.controller.reconciler.server;

import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.controller.plan.ServerId;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Optional;

/** Says what became of shared tool servers. */
public final class ClusterToolServerReconciler implements Reconciler<ClusterToolServer> {
    private final Reconciliation reconciliation;
    private final ServerStatus statuses;

    public ClusterToolServerReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
        this.statuses = new ServerStatus(reconciliation);
    }

    @Override
    public List<EventSource<?, ClusterToolServer>> prepareEventSources(EventSourceContext<ClusterToolServer> context) {
        return List.of(
                reconciliation.onPlan(change -> change.servers().stream()
                        .filter(id -> id.namespace() == null)
                        .map(id -> new ResourceID(id.name(), id.namespace()))));
    }

    @Override
    public UpdateControl<ClusterToolServer> reconcile(ClusterToolServer server, Context<ClusterToolServer> context) {
        ServerId id = new ServerId(null, server.getMetadata().getName());
        Optional<ToolServerStatus> status = statuses.of(id, server, server.getStatus());
        if (status.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        ClusterToolServer fresh = Resources.named(new ClusterToolServer(), server);
        fresh.setStatus(status.get());
        return UpdateControl.patchStatus(fresh);
    }
}
