package dev.chaperone.controller.plan;

import dev.chaperone.api.OversightRules.EgressMode;
import dev.chaperone.api.Workload;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.controller.view.WorkloadFacts;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.oversight.AgentOversight;
import dev.chaperone.policy.oversight.OversightInput;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Says of a pod that is not there yet whether its egress is to be locked. */
public final class EgressLocks {
    private EgressLocks() {}

    /**
     * Whether a policy asks for it, which selects by the labels of the workload's template as far as they are known, or by
     * those of the pod: a workload may be newer than what is known of the cluster, and a lock too many harms nobody.
     *
     * @param workload whom admission bound the pod to
     * @throws IllegalStateException when the namespace is not known yet, and a policy asks about its labels
     */
    public static boolean required(
            Snapshot snapshot, String namespace, Workload workload, Map<String, String> podLabels) {
        List<OversightInput> locking = OversightPlans.inputs(snapshot.oversight()).stream()
                .filter(policy -> policy.spec().egress() != null && policy.spec().egress().mode() == EgressMode.LOCKED)
                .filter(policy -> policy.id().namespace() == null || policy.id().namespace().equals(namespace))
                .toList();
        if (locking.isEmpty()) {
            return false;
        }
        Map<String, String> namespaceLabels = snapshot.namespaces().stream()
                .filter(known -> known.name().equals(namespace))
                .findFirst()
                .map(NamespaceFacts::labels)
                .orElseThrow(() -> new IllegalStateException(
                        "namespace " + namespace + " is not known yet, nor whether its pods are locked; try again"));
        Stream<Map<String, String>> ofTemplate = snapshot.workloads().stream()
                .filter(facts -> facts.namespace().equals(namespace) && facts.kind().equals(workload.kind())
                        && facts.name().equals(workload.name()))
                .map(WorkloadFacts::templateLabels);
        return Stream.concat(ofTemplate, Stream.of(podLabels))
                .map(labels -> new AgentContext(
                        namespace, workload.agentName(""), GeneratedLabels.removedFrom(labels), namespaceLabels))
                .anyMatch(agent -> AgentOversight.of(agent, locking).locksEgress());
    }
}
