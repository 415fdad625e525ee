package dev.chaperone.injection;

/**
 * A controller that is not Kubernetes' own, and is believed about the owners of the pods that it makes.
 *
 * @param group API group of the owners, for example {@code argoproj.io}
 * @param kind kind of the owners
 * @param user who makes their pods, for example {@code system:serviceaccount:argo:workflow-controller}
 */
public record TrustedController(String group, String kind, String user) {
    boolean makes(Owners.Reference owner, String requester) {
        return group.equals(owner.group()) && kind.equals(owner.kind()) && user.equals(requester);
    }
}
