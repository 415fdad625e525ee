package dev.chaperone.admission.mutate;

/** What is known of ServiceAccounts. */
@FunctionalInterface
public interface Exemptions {
    /**
     * Whether the pods of a ServiceAccount are exempt; false also for one that is not known.
     *
     * @param account as {@link dev.chaperone.injection.ExemptPod#account} writes it
     */
    boolean exempt(String account);
}
