package dev.chaperone.test;

import java.io.IOException;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;

/** A real Kubernetes. */
public sealed interface KubernetesCluster extends AutoCloseable permits K3sCluster, CurrentCluster {
    /**
     * Says where stories run: {@code testcontainers}, or {@code current} for the current context of kubectl. A system
     * property of this name goes before the environment, as it does for the other settings.
     */
    String CLUSTER_SETTING = "CHAPERONE_CLUSTER";

    /**
     * The command that puts an image on the current cluster's nodes, such as {@code kind load image-archive}; the
     * archive is its last argument. Without it the images are expected to be there.
     */
    String LOAD_SETTING = "CHAPERONE_CLUSTER_LOAD";

    /** Names another image with the contract of {@code rancher/k3s}. */
    String IMAGE_SETTING = "CHAPERONE_K3S_IMAGE";

    /**
     * A cluster of one node that the test alone uses, ready.
     *
     * @throws TestAbortedException when there is no Docker, so that the test counts as skipped; the reason is also
     *     printed
     */
    static KubernetesCluster start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw Skip.because("there is no Docker to run Kubernetes in");
        }
        return new K3sCluster();
    }

    /**
     * The cluster that whoever runs the tests chose, for tests that take away what they make.
     *
     * @throws TestAbortedException when there is none
     */
    static KubernetesCluster chosen() {
        return switch (Settings.valueOf(CLUSTER_SETTING, "testcontainers")) {
            case "testcontainers" -> start();
            case "current" -> CurrentCluster.take();
            case String other -> throw new IllegalArgumentException(
                    CLUSTER_SETTING + " is testcontainers or current, and not " + other);
        };
    }

    /** Credentials of the cluster's admin, as YAML. */
    String kubeconfig();

    /** Whether it goes on when the tests end, so that they have to take away what they made. */
    boolean outlivesTests();

    /** Whether {@link #load} does anything. */
    boolean takesImages();

    /**
     * Puts an image on the nodes, under the names that its archive gives it.
     *
     * @throws IllegalStateException when they do not take it
     */
    void load(Path archive) throws IOException, InterruptedException;

    /**
     * Runs a command on the node, as its root; what it wrote on standard output.
     *
     * @throws TestAbortedException when the nodes are not the test's
     */
    String onNode(String... command) throws IOException, InterruptedException;

    /**
     * Sends a signal to the first process of the node, which in an image of K3s is the API server among others; pods
     * are not part of it.
     *
     * @param signal without SIG
     * @throws TestAbortedException when the nodes are not the test's
     */
    void signalFirstProcess(String signal);

    /**
     * As when the power of the node was off for a moment; returns before the API server answers again.
     *
     * @throws TestAbortedException when the nodes are not the test's
     */
    void restartNode();

    @Override
    void close();
}
