package dev.chaperone.cli.demo;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Waits for pods of Deployments, and says what keeps them. */
final class DemoPods {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int POLL_MILLIS = 200;
    private static final Set<String> NO_IMAGE = Set.of(
            "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName");

    private final KubernetesClient client;
    private final String image;

    /** @param image the image of the demonstration */
    DemoPods(KubernetesClient client, String image) {
        this.client = client;
        this.image = image;
    }

    /** Waits until the pod of a Deployment is ready. */
    Pod awaitReady(String namespace, String deployment) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<Pod> pods = client.pods().inNamespace(namespace).withLabel("app", deployment).list().getItems();
            Optional<Pod> ready = pods.stream().filter(Readiness::isPodReady).findFirst();
            if (ready.isPresent()) {
                return ready.get();
            }
            pods.forEach(this::requireImages);
            if (System.nanoTime() > deadline) {
                throw new DemoException("pod of " + namespace + "/" + deployment + " is not ready after "
                        + PATIENCE.toSeconds() + " s: " + why(namespace, deployment, pods));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void requireImages(Pod pod) {
        statuses(pod).filter(status -> waiting(status) && NO_IMAGE.contains(reason(status))).findFirst()
                .ifPresent(status -> {
                    throw new DemoException("container " + status.getName() + " of pod "
                            + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName() + " has no image ("
                            + reason(status) + "): "
                            + (status.getImage().equals(image)
                                    ? ClusterDemo.HOW_TO_LOAD
                                    : "the node cannot get " + status.getImage()));
                });
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        return pod.getStatus() == null
                ? Stream.empty()
                : Stream.of(pod.getStatus().getInitContainerStatuses(), pod.getStatus().getContainerStatuses())
                        .filter(Objects::nonNull).flatMap(List::stream);
    }

    private static boolean waiting(ContainerStatus status) {
        return status.getState() != null && status.getState().getWaiting() != null;
    }

    private static String reason(ContainerStatus status) {
        return String.valueOf(status.getState().getWaiting().getReason());
    }

    private String why(String namespace, String deployment, List<Pod> pods) {
        if (pods.isEmpty()) {
            Deployment found = client.apps().deployments().inNamespace(namespace).withName(deployment).get();
            return Optional.ofNullable(found).map(Deployment::getStatus).stream()
                    .flatMap(status -> status.getConditions().stream())
                    .filter(condition -> condition.getType().equals("ReplicaFailure"))
                    .map(condition -> condition.getMessage()).findFirst().orElse("there is none");
        }
        return pods.stream().flatMap(DemoPods::statuses).filter(DemoPods::waiting)
                .map(status -> "container " + status.getName() + " waits: " + reason(status)).findFirst()
                .orElse("kubectl -n " + namespace + " describe pods");
    }
}
