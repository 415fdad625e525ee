package dev.chaperone.test;

import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** A real Kubernetes of one node, for as long as a test class runs. */
public final class KubernetesCluster implements AutoCloseable {
    /** Names another image with the contract of {@code rancher/k3s}; a system property of this name goes before. */
    public static final String IMAGE_SETTING = "CHAPERONE_K3S_IMAGE";

    private static final String RELEASE = "rancher/k3s:v1.34.1-k3s1";

    private final K3sContainer container;

    private KubernetesCluster(K3sContainer container) {
        this.container = container;
    }

    /**
     * Starts a cluster and waits until it is ready.
     *
     * @throws TestAbortedException when there is no Docker, so that the test counts as skipped; the reason is also
     *     printed
     */
    public static KubernetesCluster start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            String reason = "skipped: there is no Docker to run Kubernetes in";
            System.err.println(reason);
            throw new TestAbortedException(reason);
        }
        K3sContainer container = new K3sContainer(
                DockerImageName.parse(image()).asCompatibleSubstituteFor("rancher/k3s"));
        container.start();
        return new KubernetesCluster(container);
    }

    private static String image() {
        String fromEnvironment = System.getenv().getOrDefault(IMAGE_SETTING, RELEASE);
        return System.getProperty(IMAGE_SETTING, fromEnvironment);
    }

    /** Credentials of the cluster's admin, as YAML. */
    public String kubeconfig() {
        return container.getKubeConfigYaml();
    }

    @Override
    public void close() {
        container.stop();
    }
}
