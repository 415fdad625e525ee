package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.Binding.Bound;
import dev.chaperone.injection.Binding.Refused;
import dev.chaperone.injection.Owners.Owner;
import dev.chaperone.injection.Owners.Reference;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which workload a new pod belongs to. Whoever writes a pod writes its ownerReferences as well, so they count
 * only when the controller of that kind is the one who asks, and the owner is really there.
 */
public final class WorkloadBinding {
    private static final String WITHOUT = "create the pod without ownerReferences, or let its controller create it";

    private final Owners owners;
    private final List<TrustedController> trusted;

    /** @param trusted controllers of other kinds that are believed about whom their pods belong to */
    public WorkloadBinding(Owners owners, List<TrustedController> trusted) {
        this.owners = owners;
        this.trusted = List.copyOf(trusted);
    }

    /**
     * Whom the pod belongs to.
     *
     * @param pod as the API server sends it
     * @param namespace of the request; the pod itself need not name it
     * @param requester name of the user who creates the pod, as the API server authenticated it
     */
    public Binding bind(JsonNode pod, String namespace, String requester) {
        Reference controller;
        try {
            controller = Reference.controllerOf(pod);
        } catch (IllegalArgumentException e) {
            return new Refused("the pod's ownerReferences cannot be: " + e.getMessage() + "; " + WITHOUT);
        }
        if (controller == null) {
            return new Bound(Workload.POD);
        }
        BuiltInController builtIn = BuiltInController.of(controller);
        if (builtIn != null) {
            return bind(controller, builtIn, namespace, requester);
        }
        boolean believed = controller.isWhole()
                && trusted.stream().anyMatch(each -> each.makes(controller, requester));
        return new Bound(
                believed
                        ? workload(controller.apiVersion(), controller.kind(), controller.name(), controller.uid())
                        : Workload.POD);
    }

    private Binding bind(Reference controller, BuiltInController builtIn, String namespace, String requester) {
        String described = controller.kind() + " " + controller.name();
        if (!builtIn.isUser(requester)) {
            return new Refused("the pod says that " + described + " controls it, but " + requester
                    + " is not the controller of " + controller.kind() + "s; " + WITHOUT);
        }
        Owner owner = owners.find(
                namespace, builtIn.apiVersion(), builtIn.kind(), controller.name(), controller.uid());
        if (owner == null) {
            return new Refused("the pod says that " + described + " controls it, but there is no such "
                    + controller.kind() + " in namespace " + namespace + "; " + WITHOUT);
        }
        if (controller.uid().isEmpty() || !owner.uid().equals(controller.uid())) {
            return new Refused("the pod says that " + described + " with UID " + controller.uid()
                    + " controls it, but the one that exists has another UID; " + WITHOUT);
        }
        Workload own = workload(builtIn.apiVersion(), builtIn.kind(), controller.name(), owner.uid());
        Supplier<@Nullable Owner> anew = () -> owners.findAnew(
                namespace, builtIn.apiVersion(), builtIn.kind(), controller.name(), controller.uid());
        return new Bound(switch (builtIn) {
            case REPLICA_SET -> above(
                    own, owner, anew, namespace, "apps/v1", "Deployment", PodTemplates.REPLICA_SET_LABELS);
            case JOB -> above(own, owner, anew, namespace, "batch/v1", "CronJob", PodTemplates.JOB_LABELS);
            case STATEFUL_SET, DAEMON_SET, REPLICATION_CONTROLLER -> own;
        });
    }

    // Anybody who may write ReplicaSets can write one that says it is a Deployment's. It is when it makes the very pods
    // that the Deployment makes; otherwise, as in a rollout the older ones, it is a workload of its own.
    private Workload above(
            Workload own, Owner owner, Supplier<@Nullable Owner> anew, String namespace, String apiVersion,
            String kind, Set<String> added) {
        Reference controller = owner.controller();
        if (controller == null || !controller.kind().equals(kind)
                || !controller.group().equals(apiVersion.substring(0, apiVersion.indexOf('/')))) {
            return own;
        }
        Owner above = owners.find(namespace, apiVersion, kind, controller.name(), controller.uid());
        boolean made = makes(above, owner, added);
        if (!made) {
            // It may have been edited since it was found, and this be the first pod of its rollout.
            Owner now = anew.get();
            made = now != null && makes(
                    owners.findAnew(namespace, apiVersion, kind, controller.name(), controller.uid()), now, added);
        }
        return made ? workload(apiVersion, kind, controller.name(), controller.uid()) : own;
    }

    private static boolean makes(@Nullable Owner above, Owner owner, Set<String> added) {
        Reference controller = owner.controller();
        return above != null && controller != null && !controller.uid().isEmpty()
                && above.uid().equals(controller.uid())
                && PodTemplates.same(above.template(), owner.template(), added);
    }

    private static Workload workload(String apiVersion, String kind, String name, String uid) {
        return new Workload(apiVersion, kind, name, uid);
    }
}
