package dev.chaperone.test;

import java.io.IOException;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

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

    /**
     * Puts an image on the node, under the names that its archive gives it.
     *
     * @throws IllegalStateException when the node does not take it
     */
    public void load(Path archive) throws IOException, InterruptedException {
        String file = "/tmp/" + archive.getFileName();
        container.copyFileToContainer(MountableFile.forHostPath(archive), file);
        ExecResult result = container.execInContainer("ctr", "images", "import", file);
        container.execInContainer("rm", file);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(archive + ": " + result.getStdout() + result.getStderr());
        }
    }

    /** Runs a command on the node, as its root; what it wrote on standard output. */
    public String onNode(String... command) throws IOException, InterruptedException {
        ExecResult result = container.execInContainer(command);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + result.getStderr());
        }
        return result.getStdout();
    }

    @Override
    public void close() {
        container.stop();
    }
}
