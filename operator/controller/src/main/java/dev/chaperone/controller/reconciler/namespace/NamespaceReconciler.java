package dev.chaperone.controller.reconciler.namespace;

import dev.chaperone.api.Agent;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import dev.chaperone.controller.reconciler.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Creates the agents and configs that a governed namespace lacks. */
public final class NamespaceReconciler implements Reconciler<Namespace> {
    private final Reconciliation reconciliation;

    public NamespaceReconciler(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @Override
    public List<EventSource<?, Namespace>> prepareEventSources(EventSourceContext<Namespace> context) {
        return List.of(
                reconciliation.onPlan(change -> change.agents().stream()
                        .map(AgentId::namespace)
                        .distinct()
                        .map(ResourceID::new)),
                present(Agent.class, Agent::new, context),
                present(GuardrailConfig.class, GuardrailConfig::new, context));
    }

    @Override
    public UpdateControl<Namespace> reconcile(Namespace namespace, Context<Namespace> context) {
        Map<String, Agent> agents = context.getSecondaryResourcesAsStream(Agent.class)
                .collect(Collectors.toMap(agent -> agent.getMetadata().getName(), Function.identity()));
        Set<String> configs = context.getSecondaryResourcesAsStream(GuardrailConfig.class)
                .map(config -> config.getMetadata().getName())
                .collect(Collectors.toSet());
        String name = namespace.getMetadata().getName();
        for (AgentPlan planned : reconciliation.plan().agents().values()) {
            if (!planned.id().namespace().equals(name)) {
                continue;
            }
            if (reconciliation.mustNotWrite() || namespace.getMetadata().getDeletionTimestamp() != null) {
                break;
            }
            Agent agent = agents.get(planned.id().name());
            Agent there = agent != null ? agent : reconciliation.apply(Resources.agent(planned));
            if (agent == null || !configs.contains(planned.id().name())) {
                reconciliation.apply(Resources.config(planned, there.getMetadata().getUid()));
            }
        }
        return UpdateControl.noUpdate();
    }

    /** Only names are kept, and only what goes is told: it has to be created again. */
    private static <T extends HasMetadata> EventSource<?, Namespace> present(
            Class<T> kind, Supplier<T> empty, EventSourceContext<Namespace> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, Namespace.class)
                        .withName(kind.getSimpleName())
                        .withSecondaryToPrimaryMapper(
                                resource -> Set.of(new ResourceID(resource.getMetadata().getNamespace())))
                        .withItemStore(new NamesOnly<>(empty))
                        .withOnAddFilter(added -> false)
                        .withOnUpdateFilter((now, before) -> false)
                        .build(),
                context);
    }
}
