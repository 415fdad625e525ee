package dev.chaperone.admission.mutate;

/** What is known of namespaces. */
@FunctionalInterface
public interface Namespaces {
    /** Whether the pods of a namespace are governed; true also for one that is not known. */
    boolean governed(String namespace);
}
