package dev.chaperone.controller.plan;

import dev.chaperone.api.Workload;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.OwnerFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.PodFacts.Phase;
import dev.chaperone.controller.view.WorkloadFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the agents: one for each workload, and one for each pod that nothing else speaks for. */
final class Fleet {
    /** Kinds that are agents even while they have no pods. */
    private static final Set<String> LASTING = Set.of("Deployment", "StatefulSet", "DaemonSet", "CronJob");

    private static final Comparator<PodFacts> BY_AGE = Comparator.comparing(PodFacts::created)
            .thenComparing(PodFacts::name);

    /** @param pods its pods that have not finished, by name */
    record Member(AgentId id, WorkloadId workload, SortedMap<String, String> labels, List<PodFacts> pods) {}

    /** What is known of an agent so far. */
    private static final class Draft {
        private final WorkloadId workload;
        private final List<PodFacts> pods = new ArrayList<>();

        Draft(WorkloadId workload) {
            this.workload = workload;
        }
    }

    private final Map<String, WorkloadFacts> byUid = new HashMap<>();
    private final Map<AgentId, WorkloadFacts> byAgent = new HashMap<>();
    private final SortedMap<AgentId, Draft> drafts = new TreeMap<>();
    private final SortedMap<AgentId, AccountId> exempt = new TreeMap<>();

    private Fleet(Collection<WorkloadFacts> workloads, Collection<PodFacts> pods, Exemptions exemptions) {
        for (WorkloadFacts workload : workloads) {
            byUid.put(workload.uid(), workload);
            byAgent.put(new AgentId(workload.namespace(), id(workload).agentName()), workload);
        }
        for (WorkloadFacts workload : workloads) {
            boolean lasts = LASTING.contains(workload.kind())
                    || (workload.controller() == null && !workload.finished());
            // It is an agent all the same while it has pods that were made when it was not exempt.
            if (lasts && exemptions.covers(workload)) {
                exempt.put(
                        new AgentId(workload.namespace(), id(workload).agentName()),
                        new AccountId(workload.namespace(), workload.serviceAccount()));
            } else if (lasts) {
                draft(workload.namespace(), id(workload));
            }
        }
        for (PodFacts pod : pods) {
            if (pod.phase() == Phase.FINISHED) {
                continue;
            }
            if (exemptions.covers(pod)) {
                // Of kinds that are not read, nothing but their pods says so.
                AgentId id = new AgentId(pod.namespace(), workload(pod).agentName());
                if (!byAgent.containsKey(id)) {
                    exempt.put(id, new AccountId(pod.namespace(), pod.serviceAccount()));
                }
            } else {
                draft(pod.namespace(), workload(pod)).pods.add(pod);
            }
        }
    }

    static Fleet of(Collection<WorkloadFacts> workloads, Collection<PodFacts> pods, Exemptions exemptions) {
        return new Fleet(workloads, pods, exemptions);
    }

    SortedMap<AgentId, Member> members() {
        SortedMap<AgentId, Member> members = new TreeMap<>();
        drafts.forEach((id, draft) -> members.put(id, member(id, draft)));
        return members;
    }

    /** Workloads whose new pods are exempt, and by which ServiceAccount; some have pods that are governed all the same. */
    SortedMap<AgentId, AccountId> exempt() {
        return Collections.unmodifiableSortedMap(exempt);
    }

    private Draft draft(String namespace, WorkloadId workload) {
        return drafts.computeIfAbsent(new AgentId(namespace, workload.agentName()), _ -> new Draft(workload));
    }

    /** What admission wrote counts; pods that were there before it are taken at their word. */
    private WorkloadId workload(PodFacts pod) {
        Workload bound = pod.bound();
        if (bound != null) {
            String name = bound.name();
            return name == null ? self(pod) : new WorkloadId(bound.apiVersion(), bound.kind(), name, bound.uid());
        }
        OwnerFacts owner = pod.controller();
        return owner == null ? self(pod) : root(owner);
    }

    private WorkloadId root(OwnerFacts owner) {
        WorkloadFacts facts = byUid.get(owner.uid());
        // Only ReplicaSets and Jobs stand between a pod and its workload.
        OwnerFacts above = facts == null || LASTING.contains(facts.kind()) ? null : facts.controller();
        return above == null
                ? new WorkloadId(owner.apiVersion(), owner.kind(), owner.name(), owner.uid())
                : new WorkloadId(above.apiVersion(), above.kind(), above.name(), above.uid());
    }

    private Member member(AgentId id, Draft draft) {
        List<PodFacts> pods = draft.pods.stream().sorted(Comparator.comparing(PodFacts::name)).toList();
        WorkloadFacts facts = byAgent.get(id);
        PodFacts newest = pods.stream().max(BY_AGE).orElse(null);
        WorkloadId workload = facts != null ? id(facts) : uidOf(newest, draft.workload);
        Map<String, String> labels = facts != null
                ? facts.templateLabels()
                : newest == null ? Map.of() : newest.labels();
        return new Member(id, workload, GeneratedLabels.removedFrom(labels), pods);
    }

    // Pods of an earlier workload of the name may be there still; the newest one knows the workload that is.
    private WorkloadId uidOf(@Nullable PodFacts newest, WorkloadId known) {
        return newest == null ? known : workload(newest);
    }

    private static WorkloadId self(PodFacts pod) {
        return new WorkloadId("v1", "Pod", pod.name(), pod.uid());
    }

    private static WorkloadId id(WorkloadFacts facts) {
        return new WorkloadId(facts.apiVersion(), facts.kind(), facts.name(), facts.uid());
    }
}
