package dev.chaperone.controller.reconciler;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentSpec;
import dev.chaperone.api.AgentSpec.WorkloadRef;
import dev.chaperone.api.Api;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The objects that a plan asks for: what the operator owns of each, and nothing else. */
public final class Resources {
    private Resources() {}

    /** Owned by its workload, so that it goes with it even while no operator runs. */
    public static Agent agent(AgentPlan plan) {
        WorkloadId workload = plan.workload();
        Agent agent = new Agent();
        agent.setMetadata(
                metadata(plan).withLabels(new TreeMap<>(plan.labels()))
                        .withOwnerReferences(
                                owner(workload.apiVersion(), workload.kind(), workload.name(), workload.uid()))
                        .build());
        agent.setSpec(
                new AgentSpec(new WorkloadRef(workload.apiVersion(), workload.kind(), workload.name())));
        return agent;
    }

    /** @param agentUid the UID of the agent's resource, which owns the config */
    public static GuardrailConfig config(AgentPlan plan, @Nullable String agentUid) {
        GuardrailConfig config = new GuardrailConfig();
        config.setMetadata(
                metadata(plan)
                        .withOwnerReferences(owner(Api.API_VERSION, "Agent", plan.id().name(), agentUid))
                        .build());
        config.setSpec(plan.config().resourceSpec());
        return config;
    }

    /** The same object with nothing but its name, to say a status of. */
    public static <T extends HasMetadata> T named(T empty, T resource) {
        empty.setMetadata(
                new ObjectMetaBuilder().withNamespace(resource.getMetadata().getNamespace())
                        .withName(resource.getMetadata().getName())
                        .withUid(resource.getMetadata().getUid())
                        .build());
        return empty;
    }

    /** Whether an object is as it should be in all that the operator owns of it. */
    public static boolean isAs(Agent wanted, Agent there) {
        return wanted.getSpec().equals(there.getSpec())
                && wanted.getMetadata().getLabels().equals(there.getMetadata().getLabels())
                && owners(there.getMetadata()).containsAll(owners(wanted.getMetadata()));
    }

    private static List<OwnerReference> owners(ObjectMeta metadata) {
        return metadata.getOwnerReferences();
    }

    private static ObjectMetaBuilder metadata(AgentPlan plan) {
        return new ObjectMetaBuilder().withNamespace(plan.id().namespace()).withName(plan.id().name());
    }

    private static List<OwnerReference> owner(String apiVersion, String kind, String name, @Nullable String uid) {
        return uid == null
                ? List.of()
                : List.of(
                        new OwnerReferenceBuilder().withApiVersion(apiVersion)
                                .withKind(kind)
                                .withName(name)
                                .withUid(uid)
                                .build());
    }
}
