package dev.chaperone.injection;

import org.jspecify.annotations.Nullable;

/** Kubernetes' own controllers that make pods. */
enum BuiltInController {
    /** Pods of ReplicaSets, and so of Deployments. */
    REPLICA_SET("apps", "apps/v1", "ReplicaSet", "replicaset-controller"),
    /** Pods of StatefulSets. */
    STATEFUL_SET("apps", "apps/v1", "StatefulSet", "statefulset-controller"),
    /** Pods of DaemonSets. */
    DAEMON_SET("apps", "apps/v1", "DaemonSet", "daemon-set-controller"),
    /** Pods of Jobs, and so of CronJobs. */
    JOB("batch", "batch/v1", "Job", "job-controller"),
    /** Pods of ReplicationControllers. */
    REPLICATION_CONTROLLER("", "v1", "ReplicationController", "replication-controller");

    private final String group;
    private final String apiVersion;
    private final String kind;
    private final String user;

    BuiltInController(String group, String apiVersion, String kind, String account) {
        this.group = group;
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.user = "system:serviceaccount:kube-system:" + account;
    }

    /** The controller of such owners; null when Kubernetes has none. */
    static @Nullable BuiltInController of(Owners.Reference owner) {
        for (BuiltInController controller : values()) {
            if (controller.group.equals(owner.group()) && controller.kind.equals(owner.kind())) {
                return controller;
            }
        }
        return null;
    }

    String apiVersion() {
        return apiVersion;
    }

    String kind() {
        return kind;
    }

    boolean isUser(String requester) {
        // The second one where the controller manager does not use an account for each controller.
        return requester.equals(user) || requester.equals("system:kube-controller-manager");
    }
}
