package dev.chaperone.it.cluster;

import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Somebody who creates pods in a governed namespace without end. They are dry runs: admission is all that they see. */
final class NewPods implements AutoCloseable {
    private static final long PAUSE_MILLIS = 100;

    private final KubernetesClient client;
    private final Thread thread;
    private final List<String> refusals = Collections.synchronizedList(new ArrayList<>());
    private volatile int guarded;
    private volatile int unguarded;
    private volatile boolean ending;

    private NewPods(KubernetesClient client) {
        this.client = client;
        this.thread = Thread.ofPlatform().daemon().name("new-pods").unstarted(this::createAll);
    }

    static NewPods begin(KubernetesClient client) {
        NewPods pods = new NewPods(client);
        pods.thread.start();
        return pods;
    }

    private void createAll() {
        try {
            for (int number = 0; !ending; number++) {
                createOne("new-" + number);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by this thread alone
    private void createOne(String name) {
        try {
            if (isGuarded(create(client, name))) {
                guarded++;
            } else {
                unguarded++;
            }
        } catch (KubernetesClientException e) {
            refusals.add(String.valueOf(e.getMessage()));
        }
    }

    static boolean isGuarded(Pod pod) {
        return pod.getSpec().getInitContainers().stream()
                .anyMatch(container -> container.getName().equals(GuardrailPod.CONTAINER));
    }

    /** @throws KubernetesClientException when it is refused */
    static Pod create(KubernetesClient client, String name) {
        return create(client, name, "default");
    }

    /** @throws KubernetesClientException when it is refused */
    static Pod create(KubernetesClient client, String name, String serviceAccount) {
        Pod bare = new PodBuilder().withNewMetadata().withNamespace(InstalledCluster.NAMESPACE).withName(name)
                .endMetadata().withNewSpec().withServiceAccountName(serviceAccount)
                .withNewSecurityContext().withRunAsNonRoot(true).withRunAsUser(1000L)
                .withNewSeccompProfile().withType("RuntimeDefault").endSeccompProfile().endSecurityContext()
                .addNewContainer().withName("agent").withImage("none").withNewSecurityContext()
                .withAllowPrivilegeEscalation(false).withNewCapabilities().withDrop("ALL").endCapabilities()
                .endSecurityContext().endContainer()
                .endSpec().build();
        return client.resource(bare).dryRun().create();
    }

    /** How many were created with a guardrail. */
    int guarded() {
        return guarded;
    }

    /** How many were created without. */
    int unguarded() {
        return unguarded;
    }

    /** What was said of those that were not created. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
