package dev.chaperone.controller.plan;

import static java.util.Collections.unmodifiableSortedMap;

import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.OversightFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.WorkloadFacts;
import dev.chaperone.controller.view.guard.GuardFacts;
import dev.chaperone.policy.oversight.Exemption;
import dev.chaperone.policy.oversight.OversightId;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The ServiceAccounts whose pods are not governed. One policy that says so is enough. Where all policies together name more
 * than {@link GuardrailShapeSpec#EXEMPT}, the first of them by namespace and name are exempt and the others are not.
 *
 * @param accounts those that are exempt
 * @param asked what each policy that exempts anybody asks for
 */
public record Exemptions(SortedSet<AccountId> accounts, SortedMap<OversightId, SortedSet<AccountId>> asked) {
    /** Nobody is exempt. */
    public static final Exemptions NONE = new Exemptions(
            Collections.emptySortedSet(), Collections.emptySortedMap());

    /** @param namespaces all; those that are not governed exempt nobody */
    static Exemptions of(Collection<OversightFacts> policies, Collection<NamespaceFacts> namespaces) {
        SortedMap<OversightId, SortedSet<AccountId>> asked = new TreeMap<>();
        SortedSet<AccountId> all = new TreeSet<>();
        for (OversightFacts policy : policies) {
            if (!Exemption.isAsked(policy.spec())) {
                continue;
            }
            SortedSet<AccountId> accounts = new TreeSet<>();
            namespaces.stream().filter(NamespaceFacts::mayHaveGuardrails)
                    .forEach(namespace -> Exemption.of(policy.spec(), namespace.name(), namespace.labels())
                            .forEach(name -> accounts.add(new AccountId(namespace.name(), name))));
            asked.put(policy.id(), Collections.unmodifiableSortedSet(accounts));
            all.addAll(accounts);
        }
        SortedSet<AccountId> first = new TreeSet<>(all.stream().limit(GuardrailShapeSpec.EXEMPT).toList());
        return asked.isEmpty()
                ? NONE
                : new Exemptions(
                        Collections.unmodifiableSortedSet(first), unmodifiableSortedMap(asked));
    }

    /** As admission is told them. */
    public List<String> names() {
        return accounts.stream().map(AccountId::toString).toList();
    }

    /**
     * Whether nobody asks for the pod's guardrail. One that was governed when it was made goes on as it is, and one that
     * bears what only governed pods have is not believed.
     */
    public boolean covers(PodFacts pod) {
        return accounts.contains(account(pod)) && pod.bound() == null && pod.guard().equals(GuardFacts.NONE);
    }

    /** Whether new pods of the workload are exempt. */
    boolean covers(WorkloadFacts workload) {
        return accounts.contains(new AccountId(workload.namespace(), workload.serviceAccount()));
    }

    /** Of a workload by whose template new pods are exempt, for people. */
    public static String ofNewPods(AccountId account) {
        return "new pods are not governed: the pod template names ServiceAccount " + account.name()
                + ", which a ClusterOversightPolicy exempts";
    }

    /** How many exempt pods that have not finished each of the ServiceAccounts has; those that have none are left out. */
    SortedMap<AccountId, Integer> count(Collection<PodFacts> pods) {
        SortedMap<AccountId, Integer> counts = new TreeMap<>();
        pods.stream().filter(pod -> pod.phase() != PodFacts.Phase.FINISHED && covers(pod))
                .forEach(pod -> counts.merge(account(pod), 1, Integer::sum));
        return unmodifiableSortedMap(counts);
    }

    private static AccountId account(PodFacts pod) {
        return new AccountId(pod.namespace(), pod.serviceAccount());
    }
}
