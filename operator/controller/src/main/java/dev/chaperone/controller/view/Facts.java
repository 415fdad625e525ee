package dev.chaperone.controller.view;

import dev.chaperone.policy.oversight.OversightId;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.Agent;
import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.Governance;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.api.Workload;
import dev.chaperone.controller.view.PodFacts.Phase;
import dev.chaperone.controller.view.guard.GuardFacts;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.injection.WorkloadAnnotation;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is kept of each kind of object. */
public final class Facts {
    private Facts() {}

    public static NamespaceFacts of(Namespace namespace) {
        return new NamespaceFacts(
                namespace.getMetadata().getName(), labels(namespace.getMetadata()), governedSince(namespace));
    }

    public static PodFacts of(Pod pod) {
        ObjectMeta metadata = pod.getMetadata();
        return new PodFacts(
                metadata.getNamespace(), metadata.getName(), metadata.getUid(), labels(metadata), bound(metadata),
                controller(metadata), serviceAccount(pod.getSpec()),
                pod.getSpec() == null ? null : pod.getSpec().getNodeName(), phase(pod), mustRunConfig(pod),
                metadata.getDeletionTimestamp() != null,
                requireNonNullElse(metadata.getCreationTimestamp(), ""), GuardFacts.of(pod));
    }

    public static WorkloadFacts of(Deployment deployment) {
        return workload(deployment, deployment.getSpec().getTemplate(), false);
    }

    public static WorkloadFacts of(StatefulSet set) {
        return workload(set, set.getSpec().getTemplate(), false);
    }

    public static WorkloadFacts of(DaemonSet set) {
        return workload(set, set.getSpec().getTemplate(), false);
    }

    public static WorkloadFacts of(ReplicaSet set) {
        return workload(set, set.getSpec().getTemplate(), false);
    }

    public static WorkloadFacts of(CronJob job) {
        return workload(job, job.getSpec().getJobTemplate().getSpec().getTemplate(), false);
    }

    public static WorkloadFacts of(Job job) {
        boolean finished = job.getStatus() != null && job.getStatus().getConditions() != null
                && job.getStatus().getConditions().stream()
                        .anyMatch(condition -> (condition.getType().equals("Complete")
                                || condition.getType().equals("Failed")) && condition.getStatus().equals("True"));
        return workload(job, job.getSpec().getTemplate(), finished);
    }

    public static PolicyFacts of(ToolPolicy policy) {
        ObjectMeta metadata = policy.getMetadata();
        return new PolicyFacts(
                PolicyId.toolPolicy(metadata.getNamespace(), metadata.getName()), metadata.getUid(),
                generation(metadata), policy.getSpec());
    }

    public static PolicyFacts of(ClusterToolPolicy policy) {
        ObjectMeta metadata = policy.getMetadata();
        return new PolicyFacts(
                PolicyId.clusterToolPolicy(metadata.getName()), metadata.getUid(), generation(metadata),
                policy.getSpec());
    }

    public static ServerFacts of(ToolServer server) {
        ObjectMeta metadata = server.getMetadata();
        return new ServerFacts(
                metadata.getNamespace(), metadata.getName(), metadata.getUid(), generation(metadata),
                server.getSpec());
    }

    public static ServerFacts of(ClusterToolServer server) {
        ObjectMeta metadata = server.getMetadata();
        return new ServerFacts(null, metadata.getName(), metadata.getUid(), generation(metadata), server.getSpec());
    }

    public static OversightFacts of(OversightPolicy policy) {
        ObjectMeta metadata = policy.getMetadata();
        return new OversightFacts(
                new OversightId(metadata.getNamespace(), metadata.getName()), metadata.getUid(), generation(metadata),
                policy.getSpec());
    }

    public static OversightFacts of(ClusterOversightPolicy policy) {
        ObjectMeta metadata = policy.getMetadata();
        return new OversightFacts(
                new OversightId(null, metadata.getName()), metadata.getUid(), generation(metadata), policy.getSpec());
    }

    public static AgentFacts of(Agent agent) {
        ObjectMeta metadata = agent.getMetadata();
        List<OversightRequirement> oversight = agent.getStatus() == null ? null : agent.getStatus().oversight();
        return new AgentFacts(
                new AgentId(metadata.getNamespace(), metadata.getName()), requireNonNullElse(oversight, List.of()));
    }

    public static CredentialFacts of(Secret secret) {
        Map<String, String> tokens = new TreeMap<>();
        requireNonNullElse(secret.getData(), Map.<String, String>of())
                .forEach((key, value) -> tokens.put(
                        key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8).strip()));
        Map<String, String> annotations = annotations(secret.getMetadata());
        return new CredentialFacts(
                secret.getMetadata().getName(), annotations.getOrDefault(Governance.CREDENTIAL_NAMESPACES, ""),
                annotations.getOrDefault(Governance.CREDENTIAL_HOSTS, ""), tokens);
    }

    // Whoever wrote the label as it is now owns it; any write of the same owner to the object moves the time on.
    private static @Nullable String governedSince(Namespace namespace) {
        return requireNonNullElse(namespace.getMetadata().getManagedFields(), List.<ManagedFieldsEntry>of()).stream()
                .filter(entry -> entry.getFieldsV1() != null
                        && entry.getFieldsV1().getAdditionalProperties().get("f:metadata") instanceof Map<?, ?> metadata
                        && metadata.get("f:labels") instanceof Map<?, ?> labels
                        && labels.containsKey("f:" + Governance.NAMESPACE_LABEL))
                .map(ManagedFieldsEntry::getTime)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    public static ServiceFacts of(Service service) {
        return ServiceFacts.of(service);
    }

    public static NetworkPolicyFacts of(NetworkPolicy policy) {
        return NetworkPolicyFacts.of(policy);
    }

    private static WorkloadFacts workload(HasMetadata resource, PodTemplateSpec template, boolean finished) {
        ObjectMeta metadata = resource.getMetadata();
        return new WorkloadFacts(
                resource.getApiVersion(), resource.getKind(), metadata.getNamespace(), metadata.getName(),
                metadata.getUid(), template.getMetadata() == null ? Map.of() : labels(template.getMetadata()),
                serviceAccount(template.getSpec()), controller(metadata), finished);
    }

    private static String serviceAccount(@Nullable PodSpec spec) {
        String name = spec == null ? null : spec.getServiceAccountName();
        return name == null || name.isEmpty() ? "default" : name;
    }

    private static @Nullable OwnerFacts controller(ObjectMeta metadata) {
        return requireNonNullElse(metadata.getOwnerReferences(), List.<OwnerReference>of()).stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .map(owner -> new OwnerFacts(
                        owner.getApiVersion(), owner.getKind(), owner.getName(), owner.getUid()))
                .orElse(null);
    }

    private static @Nullable Workload bound(ObjectMeta metadata) {
        return WorkloadAnnotation.read(annotations(metadata).get(GuardrailPod.WORKLOAD_ANNOTATION));
    }

    private static Phase phase(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return switch (requireNonNullElse(phase, "Pending")) {
            case "Succeeded", "Failed" -> Phase.FINISHED;
            case "Pending" -> Phase.PENDING;
            // Unknown: the node is not heard of, and nobody knows that it stopped.
            default -> Phase.RUNNING;
        };
    }

    // A guardrail that stands still makes its pod unready, and must not excuse itself by that. Where a node is not heard
    // of, its pods are unready too, but the last word of its kubelet was that the guardrail is not.
    private static boolean mustRunConfig(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null) {
            return false;
        }
        return requireNonNullElse(status.getConditions(), List.<PodCondition>of()).stream()
                .anyMatch(condition -> condition.getType().equals("Ready") && condition.getStatus().equals("True"))
                || requireNonNullElse(status.getInitContainerStatuses(), List.<ContainerStatus>of()).stream()
                        .anyMatch(container -> container.getName().equals(GuardrailPod.CONTAINER)
                                && Boolean.FALSE.equals(container.getReady()));
    }

    private static long generation(ObjectMeta metadata) {
        return requireNonNullElse(metadata.getGeneration(), 1L);
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return requireNonNullElse(metadata.getLabels(), Map.of());
    }

    private static Map<String, String> annotations(ObjectMeta metadata) {
        return requireNonNullElse(metadata.getAnnotations(), Map.of());
    }
}
