package dev.chaperone.controller.reconciler.egress;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentNames;
import dev.chaperone.api.Api;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.EgressPolicies;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.reconciler.Reconciliation;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps the NetworkPolicy of each agent as it is planned. Whoever changes one sees it changed back. */
public final class EgressReconciler implements Reconciler<Agent> {
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    private final Reconciliation reconciliation;
    private final EgressPolicies policies;

    public EgressReconciler(Reconciliation reconciliation, EgressPolicies policies) {
        this.reconciliation = reconciliation;
        this.policies = policies;
    }

    @Override
    public List<EventSource<?, Agent>> prepareEventSources(EventSourceContext<Agent> context) {
        return List.of(
                reconciliation.onPlan(change -> change.agents().stream().map(Reconciliation::id)),
                new InformerEventSource<>(
                        InformerEventSourceConfiguration.from(NetworkPolicy.class, Agent.class)
                                .withName("NetworkPolicy")
                                .withLabelSelector(MANAGED_BY + "=" + Api.FIELD_MANAGER)
                                .withSecondaryToPrimaryMapper(EgressReconciler::agents)
                                .build(),
                        context));
    }

    /** By its name as well: somebody may have taken its owner away. */
    private static Set<ResourceID> agents(NetworkPolicy policy) {
        ObjectMeta metadata = policy.getMetadata();
        Set<ResourceID> agents = new HashSet<>();
        String named = EgressPolicies.agent(metadata.getName());
        if (named != null) {
            agents.add(new ResourceID(named, metadata.getNamespace()));
        }
        metadata.getOwnerReferences().stream().filter(owner -> owner.getKind().equals("Agent"))
                .forEach(owner -> agents.add(new ResourceID(owner.getName(), metadata.getNamespace())));
        return agents;
    }

    @Override
    public UpdateControl<Agent> reconcile(Agent agent, Context<Agent> context) {
        FleetPlan plan = reconciliation.plan();
        AgentId id = Reconciliation.agentId(agent);
        AgentPlan planned = plan.agents().get(id);
        // Where there is no such agent any more its resource is deleted, and what it owns goes with it.
        if (planned == null || plan.loading().contains(id.namespace()) || reconciliation.mustNotWrite()
                || agent.getMetadata().getDeletionTimestamp() != null) {
            return UpdateControl.noUpdate();
        }
        NetworkPolicy there = context.getSecondaryResourcesAsStream(NetworkPolicy.class)
                .filter(policy -> policy.getMetadata().getName().equals(EgressPolicies.name(id)))
                .findFirst().orElse(null);
        if (planned.egress() == null) {
            if (there != null) {
                reconciliation.delete(there);
            }
            return UpdateControl.noUpdate();
        }
        NetworkPolicySpec spec = policies.spec(planned);
        // Not known: what is there was right when it was written.
        if (spec != null) {
            NetworkPolicy wanted = wanted(agent, id, spec);
            if (!isAs(wanted, there)) {
                reconciliation.apply(wanted);
            }
        }
        return UpdateControl.noUpdate();
    }

    private static NetworkPolicy wanted(Agent agent, AgentId id, NetworkPolicySpec spec) {
        OwnerReference owner = new OwnerReferenceBuilder().withApiVersion(Api.API_VERSION).withKind("Agent")
                .withName(id.name()).withUid(agent.getMetadata().getUid()).build();
        return new NetworkPolicyBuilder()
                .withNewMetadata().withNamespace(id.namespace()).withName(EgressPolicies.name(id))
                .withLabels(Map.of(
                        MANAGED_BY, Api.FIELD_MANAGER, GuardrailPod.AGENT_LABEL, AgentNames.label(id.name())))
                .withOwnerReferences(owner)
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    /** In all that the operator owns of it. */
    private static boolean isAs(NetworkPolicy wanted, @Nullable NetworkPolicy there) {
        return there != null
                && there.getSpec().getPodSelector().equals(wanted.getSpec().getPodSelector())
                && there.getSpec().getPolicyTypes().containsAll(wanted.getSpec().getPolicyTypes())
                && there.getSpec().getEgress().equals(wanted.getSpec().getEgress())
                && there.getMetadata().getLabels().entrySet().containsAll(wanted.getMetadata().getLabels().entrySet())
                && there.getMetadata().getOwnerReferences().containsAll(wanted.getMetadata().getOwnerReferences());
    }
}
