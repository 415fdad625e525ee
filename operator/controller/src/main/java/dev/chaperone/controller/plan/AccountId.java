package dev.chaperone.controller.plan;

import dev.chaperone.injection.ExemptPod;
import java.util.Comparator;

/** Names a ServiceAccount. */
public record AccountId(String namespace, String name) implements Comparable<AccountId> {
    private static final Comparator<AccountId> ORDER = Comparator.comparing(AccountId::namespace)
            .thenComparing(AccountId::name);

    /** As admission is told it: {@code dev/postgres}. */
    @Override
    public String toString() {
        return ExemptPod.account(namespace, name);
    }

    @Override
    public int compareTo(AccountId other) {
        return ORDER.compare(this, other);
    }
}
