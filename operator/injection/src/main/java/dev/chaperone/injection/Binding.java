package dev.chaperone.injection;

import dev.chaperone.api.Workload;

/** Whom a pod belongs to. */
public sealed interface Binding {
    /** The pod belongs to this workload. */
    record Bound(Workload workload) implements Binding {}

    /**
     * The pod claims an owner that it does not have.
     *
     * @param message what is wrong and what to do, for whoever made the pod
     */
    record Refused(String message) implements Binding {}
}
