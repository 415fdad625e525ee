package dev.chaperone.test;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Objects;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.Network;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A real Kubernetes of one node, for as long as a test class runs. */
public final class KubernetesCluster implements AutoCloseable {
    /** Names another image with the contract of {@code rancher/k3s}; a system property of this name goes before. */
    public static final String IMAGE_SETTING = "CHAPERONE_K3S_IMAGE";

    private static final String RELEASE = "rancher/k3s:v1.34.1-k3s1";

    private static final int API_PORT = 6443;
    private static final int STOPPING_SECONDS = 2;

    private final K3sContainer container;
    private final Network network;

    private KubernetesCluster(K3sContainer container, Network network) {
        this.container = container;
        this.network = network;
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
        // A node that is restarted keeps its addresses: the one within Docker and the one that the kubeconfig names.
        Network network = Network.newNetwork();
        container.withNetwork(network);
        Ports ports = new Ports();
        container.getExposedPorts().forEach(port -> ports.bind(new ExposedPort(port), Ports.Binding.empty()));
        ports.getBindings().put(
                new ExposedPort(API_PORT), new Ports.Binding[]{Ports.Binding.bindPort(freePort())});
        container.withCreateContainerCmdModifier(
                command -> Objects.requireNonNull(command.getHostConfig()).withPortBindings(ports));
        try {
            container.start();
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
        return new KubernetesCluster(container, network);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /**
     * Sends a signal to the first process of the node, which in an image of K3s is the API server among others; pods
     * are not part of it.
     *
     * @param signal without SIG
     */
    public void signalFirstProcess(String signal) {
        container.getDockerClient().killContainerCmd(container.getContainerId()).withSignal(signal).exec();
    }

    /** As when the power of the node was off for a moment; returns before the API server answers again. */
    public void restartNode() {
        container.getDockerClient().restartContainerCmd(container.getContainerId()).withTimeout(STOPPING_SECONDS)
                .exec();
    }

    @Override
    public void close() {
        container.stop();
        network.close();
    }
}
